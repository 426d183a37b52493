namespace ProxSharp.Guide.Tests;

/// <summary>What the pages show is the code that the other classes here compile and run.</summary>
public sealed class GuidePageTests
{
    public static TheoryData<string> Pages() => [.. GuidePage.All.Select(static page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_EveryBlockOfCode_IsARegionThatRuns(string name)
    {
        GuidePage page = GuidePage.Named(name);
        HashSet<string> regions = [.. page.Regions().Select(GuidePage.Normalize)];
        Assert.All(page.Blocks("csharp"), block => Assert.Contains(GuidePage.Normalize(block), regions));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_EveryRegion_IsShown(string name)
    {
        GuidePage page = GuidePage.Named(name);
        HashSet<string> blocks = [.. page.Blocks("csharp").Select(GuidePage.Normalize)];
        Assert.All(page.Regions(), region => Assert.Contains(GuidePage.Normalize(region), blocks));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_Links_LeadSomewhere(string name)
    {
        GuidePage page = GuidePage.Named(name);
        Assert.All(page.Links, link => Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(page.File)!, link)), link));
    }

    [Fact]
    public void Pages_AreThere_AndHaveCode()
    {
        IReadOnlyList<GuidePage> pages = GuidePage.All;
        string[] names =
        [
            "README", "agents", "backup-server", "backup", "bulk", "cli", "clusters", "connect", "consoles-and-agent", "errors", "guests", "install", "simulator", "storage", "tasks",
        ];
        Assert.Equal(names, pages.Select(static page => page.Name));
        Assert.All(pages.Where(static page => page.Name is not ("README" or "agents" or "cli" or "install")), static page => Assert.True(page.Blocks("csharp").Count >= 3, page.Name));
    }
}
