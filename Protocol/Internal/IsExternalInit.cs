namespace System.Runtime.CompilerServices;

/// <summary>What the compiler asks for behind <c>init</c>, and netstandard2.1 lacks.</summary>
internal static class IsExternalInit;
