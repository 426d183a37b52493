using System.Reflection;
using System.Xml.Linq;
using ProxSharp.Pbs.Api;
using ProxSharp.Pve.Api;

namespace ProxSharp.Api.Tests;

public sealed class DocumentationTests
{
    public static TheoryData<string> Assemblies() => [typeof(PveApi).Assembly.GetName().Name!, typeof(PbsApi).Assembly.GetName().Name!];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void PublicMembers_All_HaveASummary(string assembly)
    {
        Dictionary<string, XElement> documented = XDocument.Load(Path.Combine(AppContext.BaseDirectory, assembly + ".xml"))
            .Descendants("member")
            .ToDictionary(static member => (string)member.Attribute("name")!, StringComparer.Ordinal);
        List<string> missing = [];
        foreach (Type type in Assembly.Load(assembly).GetExportedTypes())
        {
            IEnumerable<string> properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Where(static property => property.Name != "EqualityContract")
                .Select(property => $"P:{type.FullName}.{property.Name}");
            missing.AddRange(properties.Append($"T:{type.FullName}").Where(name => !documented.TryGetValue(name, out XElement? member) || !IsDocumented(member)));
        }

        missing.AddRange(documented.Where(static pair => !IsDocumented(pair.Value)).Select(static pair => pair.Key));
        Assert.Empty(missing);
    }

    private static bool IsDocumented(XElement member) => member.Element("inheritdoc") is not null || !string.IsNullOrWhiteSpace(member.Element("summary")?.Value);
}
