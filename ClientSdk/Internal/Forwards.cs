using System.Runtime.CompilerServices;

// What netstandard2.1 lacks and this assembly brings along there (Polyfills.cs) is looked for here by a library that was
// compiled against netstandard2.1 and runs in an app of a newer framework.
[assembly: TypeForwardedTo(typeof(IsExternalInit))]
