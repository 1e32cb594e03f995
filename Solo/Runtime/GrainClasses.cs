using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Metadata;

namespace Orleans.Runtime;

/// <summary>The grain classes of the application, and which of them an interface means.</summary>
internal sealed class GrainClasses(IOptions<GrainCollectionOptions> options)
{
    private static readonly Lazy<Type[]> s_types = new(Find);

    private readonly ConcurrentDictionary<Type, GrainClass> _byInterface = new();
    private readonly Lazy<Dictionary<GrainType, GrainClass>> _byType = new(() => Index(options.Value));

    public IEnumerable<GrainType> Types => _byType.Value.Keys;

    public GrainClass? Find(GrainType type) => _byType.Value.GetValueOrDefault(type);

    public GrainClass Implementing(Type type) => _byInterface.GetOrAdd(type, Resolve);

    private GrainClass Resolve(Type type)
    {
        if (!type.IsInterface || !typeof(IGrain).IsAssignableFrom(type))
        {
            throw new ArgumentException($"{type.FullName} is not a grain interface.");
        }

        var candidates = _byType.Value.Values.Where(c => type.IsAssignableFrom(c.Type)).ToArray();
        var given = type.GetCustomAttribute<DefaultGrainTypeAttribute>()?.GrainType;
        return candidates.FirstOrDefault(c => given is not null && c.GrainType.ToString() == given)
            ?? candidates.FirstOrDefault(c => c.Type.Name == type.Name[1..])
            ?? candidates.Length switch
            {
                0 => throw new ArgumentException($"Could not find an implementation for interface {type.FullName}"),
                1 => candidates[0],
                _ => throw new ArgumentException($"Unable to identify a single appropriate grain type for interface {type.FullName}."
                    + $" Candidates: {string.Join(", ", candidates.Select(c => $"{c.GrainType} ({c.Type.FullName})"))}"),
            };
    }

    private static Dictionary<GrainType, GrainClass> Index(GrainCollectionOptions options)
    {
        var index = new Dictionary<GrainType, GrainClass>();
        foreach (var grainClass in s_types.Value.Select(t => new GrainClass(t, options)))
        {
            if (!index.TryAdd(grainClass.GrainType, grainClass))
            {
                throw new OrleansConfigurationException($"The grain type '{grainClass.GrainType}' is that of {index[grainClass.GrainType].Type.FullName}"
                    + $" and of {grainClass.Type.FullName}. Give one of them another [GrainType].");
            }
        }

        return index;
    }

    private static Type[] Find()
        => Assemblies().SelectMany(TypesOf)
            .Where(t => t is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
                && typeof(IGrain).IsAssignableFrom(t) && !typeof(GrainReference).IsAssignableFrom(t))
            .ToArray();

    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            return exception.Types.OfType<Type>();
        }
    }

    // What is loaded or lies beside this assembly, and uses it: the application may not have touched its grains yet.
    private static IEnumerable<Assembly> Assemblies()
    {
        var self = typeof(GrainClasses).Assembly;
        var name = self.GetName().Name!;
        var found = AppDomain.CurrentDomain.GetAssemblies()
            .Where(a => !a.IsDynamic && (a == self || a.GetReferencedAssemblies().Any(r => r.Name == name)))
            .ToDictionary(a => a.GetName().Name!);
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll"))
        {
            var assembly = Path.GetFileNameWithoutExtension(file);
            if (!found.ContainsKey(assembly) && Uses(file, name) && TryLoad(assembly) is { } loaded)
            {
                found[assembly] = loaded;
            }
        }

        return found.Values;
    }

    // A file may lie here that is not of this application: another one in the same folder, a test of this one.
    private static Assembly? TryLoad(string assembly)
    {
        try
        {
            return Assembly.Load(assembly);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static bool Uses(string file, string name)
    {
        try
        {
            using var image = new PEReader(File.OpenRead(file));
            if (!image.HasMetadata)
            {
                return false;
            }

            var metadata = image.GetMetadataReader();
            return metadata.AssemblyReferences.Any(r => metadata.GetString(metadata.GetAssemblyReference(r).Name) == name);
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException)
        {
            return false;
        }
    }
}
