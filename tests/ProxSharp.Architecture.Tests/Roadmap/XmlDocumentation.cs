using System.Reflection;
using System.Xml.Linq;

namespace ProxSharp.Architecture.Tests.Roadmap;

/// <summary>The XML documentation beside the assemblies.</summary>
internal sealed class XmlDocumentation
{
    private readonly Dictionary<Assembly, HashSet<string>> _documented = [];

    /// <summary>Tells whether a method, in one of its overloads, says what it does or whose words it takes over.</summary>
    public bool Has(MethodInfo method)
    {
        Type type = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericTypeDefinition() : method.DeclaringType;
        string name = $"{type.FullName!.Replace('+', '.')}.{method.Name}";
        return Of(type.Assembly).Contains(name);
    }

    private static bool IsDocumented(XElement member) => member.Element("inheritdoc") is not null || !string.IsNullOrWhiteSpace(member.Element("summary")?.Value);

    // "M:Type.Name``1(parameters)" to "Type.Name".
    private static string NameOf(string id)
    {
        string name = id.Split('(')[0][2..];
        int generic = name.LastIndexOf("``", StringComparison.Ordinal);
        return generic < 0 ? name : name[..generic];
    }

    private HashSet<string> Of(Assembly assembly)
    {
        if (!_documented.TryGetValue(assembly, out HashSet<string>? names))
        {
            names = XDocument.Load(Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml")).Descendants("member")
                .Where(static member => ((string)member.Attribute("name")!).StartsWith("M:", StringComparison.Ordinal) && IsDocumented(member))
                .Select(static member => NameOf((string)member.Attribute("name")!))
                .ToHashSet(StringComparer.Ordinal);
            _documented.Add(assembly, names);
        }

        return names;
    }
}
