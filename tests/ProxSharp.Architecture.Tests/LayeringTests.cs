using System.Xml.Linq;

namespace ProxSharp.Architecture.Tests;

/// <summary>References between projects go down only.</summary>
public sealed class LayeringTests
{
    /// <summary>What each project may refer to, directly or not. A project that is missing here fails the test: decide where it stands.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new(StringComparer.Ordinal)
    {
        ["ProxSharp.Core"] = [],
        ["ProxSharp.Backup.Formats"] = ["ProxSharp.Core"],
        ["ProxSharp.Pve.Api"] = ["ProxSharp.Core"],
        ["ProxSharp.Pbs.Api"] = ["ProxSharp.Core"],
        ["ProxSharp.Pve"] = ["ProxSharp.Core", "ProxSharp.Pve.Api"],
        ["ProxSharp.Pbs"] = ["ProxSharp.Core", "ProxSharp.Pbs.Api"],
        ["ProxSharp.Backup"] = ["ProxSharp.Core", "ProxSharp.Backup.Formats", "ProxSharp.Pbs.Api", "ProxSharp.Pbs"],
        ["ProxSharp.Extensions.DependencyInjection"] = ["ProxSharp.Core", "ProxSharp.Pve.Api", "ProxSharp.Pbs.Api", "ProxSharp.Pve", "ProxSharp.Pbs"],
        ["ProxSharp.Operations"] = ["ProxSharp.Core", "ProxSharp.Pve.Api", "ProxSharp.Pbs.Api", "ProxSharp.Pve", "ProxSharp.Pbs"],
        ["ProxSharp.Mcp"] = ["ProxSharp.Core", "ProxSharp.Pve.Api", "ProxSharp.Pbs.Api", "ProxSharp.Pve", "ProxSharp.Pbs", "ProxSharp.Operations"],
        ["ProxSharp.Mcp.Http"] =
        [
            "ProxSharp.Core", "ProxSharp.Pve.Api", "ProxSharp.Pbs.Api", "ProxSharp.Pve", "ProxSharp.Pbs", "ProxSharp.Operations", "ProxSharp.Mcp",
        ],
        ["ProxSharp.Simulator"] = ["ProxSharp.Core", "ProxSharp.Pve.Api", "ProxSharp.Pbs.Api", "ProxSharp.Backup.Formats"],
        ["ProxSharp.Cli"] =
        [
            "ProxSharp.Core", "ProxSharp.Pve.Api", "ProxSharp.Pbs.Api", "ProxSharp.Pve", "ProxSharp.Pbs", "ProxSharp.Backup.Formats", "ProxSharp.Backup",
            "ProxSharp.Simulator", "ProxSharp.Operations", "ProxSharp.Mcp",
        ],
    };

    public static TheoryData<string> SourceProjects() => [.. Repository.Projects("src").Select(Repository.Relative)];

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void Project_References_GoDownOnly(string project)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        Assert.True(s_allowed.TryGetValue(name, out string[]? allowed), $"{name} has no place in the layering table.");
        XDocument document = XDocument.Load(Path.Combine(Repository.Root, project));
        IEnumerable<string> references = document.Descendants("ProjectReference").Select(static reference => Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/')));
        Assert.Empty(references.Except(allowed!));
    }

    [Fact]
    public void Solution_ListsEveryProject()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "ProxSharp.slnx"));
        IEnumerable<string> missing = new[] { "src", "tests", "codegen", "bench" }
            .Where(static folder => Directory.Exists(Path.Combine(Repository.Root, folder)))
            .SelectMany(Repository.Projects)
            .Select(Repository.Relative)
            .Where(project => !solution.Contains(project, StringComparison.Ordinal));
        Assert.Empty(missing);
    }
}
