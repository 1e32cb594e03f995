using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;

namespace Orleans.Runtime
{
    /// <summary>
    /// Writes, once per interface, the class of its references: every method puts its arguments in an array and hands
    /// them with the method's number to <see cref="GrainReference"/>.
    /// </summary>
    internal static class ReferenceClass
    {
        private static readonly Type[] s_parameters = [typeof(SoloRuntime), typeof(GrainId), typeof(GrainInterface)];

        public static Func<SoloRuntime, GrainId, GrainInterface, GrainReference> Build(Type type, MethodInfo[] methods, GrainMethod[] shapes)
        {
            var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Solo.References." + type.Name), AssemblyBuilderAccess.Run);
            Befriend(assembly, type, methods);
            var builder = assembly.DefineDynamicModule("References")
                .DefineType(type.Name + "Reference", TypeAttributes.Class | TypeAttributes.Sealed, typeof(GrainReference), [type]);

            var baseConstructor = typeof(GrainReference).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, s_parameters)!;
            var il = builder.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, s_parameters).GetILGenerator();
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Ldarg_3);
            il.Emit(OpCodes.Call, baseConstructor);
            il.Emit(OpCodes.Ret);

            for (var i = 0; i < methods.Length; i++)
            {
                Write(builder, methods[i], i, shapes[i].Returns);
            }

            var parameters = s_parameters.Select(p => Expression.Parameter(p)).ToArray();
            var constructor = builder.CreateType().GetConstructor(s_parameters)!;
            return Expression.Lambda<Func<SoloRuntime, GrainId, GrainInterface, GrainReference>>(
                Expression.New(constructor, parameters), parameters).Compile();
        }

        private static void Write(TypeBuilder builder, MethodInfo method, int index, ReturnKind returns)
        {
            var parameters = method.GetParameters().Select(p => p.ParameterType).ToArray();
            var body = builder.DefineMethod(
                $"{method.DeclaringType!.Name}.{method.Name}",
                MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
                method.ReturnType,
                parameters);
            var il = body.GetILGenerator();
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, index);
            il.Emit(OpCodes.Ldc_I4, parameters.Length);
            il.Emit(OpCodes.Newarr, typeof(object));
            for (var i = 0; i < parameters.Length; i++)
            {
                il.Emit(OpCodes.Dup);
                il.Emit(OpCodes.Ldc_I4, i);
                il.Emit(OpCodes.Ldarg, (short)(i + 1));
                if (parameters[i].IsValueType)
                {
                    il.Emit(OpCodes.Box, parameters[i]);
                }

                il.Emit(OpCodes.Stelem_Ref);
            }

            var send = typeof(GrainReference).GetMethod("Send" + returns, BindingFlags.Instance | BindingFlags.NonPublic)!;
            il.Emit(OpCodes.Call, send.IsGenericMethodDefinition ? send.MakeGenericMethod(method.ReturnType.GetGenericArguments()) : send);
            il.Emit(OpCodes.Ret);
            builder.DefineMethodOverride(body, method);
        }

        // Interfaces, and the types in their methods, are often internal.
        private static void Befriend(AssemblyBuilder assembly, Type type, MethodInfo[] methods)
        {
            var attribute = typeof(System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;
            var types = methods.SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType).Append(m.DeclaringType!))
                .Append(type).Append(typeof(GrainReference));
            foreach (var name in types.SelectMany(Parts).Select(t => t.Assembly.GetName().Name!).Distinct())
            {
                assembly.SetCustomAttribute(new CustomAttributeBuilder(attribute, [name]));
            }
        }

        private static IEnumerable<Type> Parts(Type type)
            => type.HasElementType ? Parts(type.GetElementType()!)
             : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Prepend(type)
             : [type];
    }
}

namespace System.Runtime.CompilerServices
{
    /// <summary>Known to the runtime by its name: the assembly that has it may use what is internal in the named one.</summary>
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
    {
        public string AssemblyName { get; } = assemblyName;
    }
}
