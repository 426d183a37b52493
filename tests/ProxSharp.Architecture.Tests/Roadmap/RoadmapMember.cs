using System.Reflection;
using System.Runtime.CompilerServices;
using ProxSharp.Backup;
using ProxSharp.Extensions.DependencyInjection;
using ProxSharp.Pbs;
using ProxSharp.Pve;

namespace ProxSharp.Architecture.Tests.Roadmap;

/// <summary>The methods that the roadmap calls by a name such as <c>Node.Disks.ListAsync</c>.</summary>
internal sealed class RoadmapMember
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;
    private const string Suffix = "Async";

    private static readonly Assembly[] s_assemblies =
    [
        typeof(ProxmoxClient).Assembly, typeof(PveClient).Assembly, typeof(PbsClient).Assembly, typeof(SnapshotReader).Assembly,
        typeof(ProxmoxServiceCollectionExtensions).Assembly,
    ];

    private static readonly MethodInfo[] s_extensions =
    [
        .. typeof(DatastoreBackups).Assembly.GetExportedTypes()
            .Where(static type => type is { IsAbstract: true, IsSealed: true })
            .SelectMany(static type => type.GetMethods(Members))
            .Where(static method => method.IsDefined(typeof(ExtensionAttribute), inherit: false)),
    ];

    private RoadmapMember(IReadOnlyList<MethodInfo> methods, IReadOnlyList<MethodInfo> twins) => (Methods, Twins) = (methods, twins);

    /// <summary>The asynchronous method with its overloads.</summary>
    public IReadOnlyList<MethodInfo> Methods { get; }

    /// <summary>The synchronous ones; of a method that sends nothing the method itself.</summary>
    public IReadOnlyList<MethodInfo> Twins { get; }

    /// <summary>Follows the name from a class over properties and indexers; null if it leads nowhere.</summary>
    public static RoadmapMember? Find(string name)
    {
        string[] steps = name.Split('.');
        Type? type = Root(steps[0]);
        foreach (string step in steps[1..^1])
        {
            type = type is null ? null : Step(type, step);
        }

        string method = steps[^1];
        IReadOnlyList<MethodInfo> methods = type is null ? [] : Named(type, method);
        return methods.Count == 0
            ? null
            : new RoadmapMember(methods, method.EndsWith(Suffix, StringComparison.Ordinal) ? Named(type!, method[..^Suffix.Length]) : methods);
    }

    // Both products have a Node and an Access; names without a client before them are those of Proxmox VE.
    private static Type? Root(string name) => s_assemblies.SelectMany(static assembly => assembly.GetExportedTypes())
        .FirstOrDefault(type => type.Name == name && !type.IsGenericType);

    private static Type? Step(Type type, string step)
    {
        bool isIndexed = step.EndsWith("[]", StringComparison.Ordinal);
        Type? property = MostDerived(type.GetProperties(Members).Where(candidate => candidate.Name == (isIndexed ? step[..^2] : step)));
        return isIndexed && property is not null
            ? MostDerived(property.GetProperties(Members).Where(static candidate => candidate.GetIndexParameters().Length > 0))
            : property;
    }

    private static Type? MostDerived(IEnumerable<PropertyInfo> properties) =>
        properties.OrderByDescending(static property => Depth(property.DeclaringType!)).FirstOrDefault()?.PropertyType;

    private static int Depth(Type type) => type.BaseType is { } parent ? 1 + Depth(parent) : 0;

    // Backups are extensions of the datastore.
    private static IReadOnlyList<MethodInfo> Named(Type type, string name) =>
        [.. type.GetMethods(Members).Concat(s_extensions.Where(method => method.GetParameters()[0].ParameterType == type)).Where(method => method.Name == name)];
}
