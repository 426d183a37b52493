using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ProxSharp.Guide.Tests;

/// <summary>A page of docs/guide, and the class here that holds its code.</summary>
internal sealed partial class GuidePage
{
    private static readonly string s_root = FindRoot();

    private GuidePage(string file) => File = file;

    public string File { get; }

    public string Name => Path.GetFileNameWithoutExtension(File);

    public string Text => System.IO.File.ReadAllText(File);

    public static IReadOnlyList<GuidePage> All =>
    [
        .. Directory.EnumerateFiles(Path.Combine(s_root, "docs", "guide"), "*.md").Order(StringComparer.Ordinal).Select(static file => new GuidePage(file)),
    ];

    /// <summary>The readme of the repository.</summary>
    public static GuidePage Readme => new(Path.Combine(s_root, "README.md"));

    public static GuidePage Named(string name) => All.Single(page => page.Name == name);

    /// <summary>The blocks of code of a language, in their order.</summary>
    public IReadOnlyList<string> Blocks(string language) =>
        [.. Block().Matches(Text).Where(match => match.Groups[1].Value == language).Select(static match => match.Groups[2].Value)];

    /// <summary>The relative links of the page.</summary>
    public IEnumerable<string> Links =>
        Link().Matches(Text).Select(static match => match.Groups[1].Value).Where(static link => !link.Contains("://", StringComparison.Ordinal));

    /// <summary>The code of the page's class between <c>#region</c> and <c>#endregion</c>.</summary>
    public IReadOnlyList<string> Regions()
    {
        string name = string.Concat(Name.Split('-').Select(static word => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(word)));
        return RegionsOf(name + "Guide");
    }

    /// <summary>The code of a class between <c>#region</c> and <c>#endregion</c>.</summary>
    public static IReadOnlyList<string> RegionsOf(string className)
    {
        string source = Path.Combine(s_root, "tests", "ProxSharp.Guide.Tests", className + ".cs");
        return System.IO.File.Exists(source)
            ? [.. Region().Matches(System.IO.File.ReadAllText(source)).Select(static match => match.Groups[1].Value)]
            : [];
    }

    /// <summary>Code without indentation and empty ends.</summary>
    public static string Normalize(string code) =>
        string.Join('\n', code.ReplaceLineEndings("\n").Split('\n').Select(static line => Spaces().Replace(line.Trim(), " "))).Trim('\n');

    [GeneratedRegex(@"^```(\w+)\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\]\(([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^[ \t]*#region[^\n]*\n(.*?)^[ \t]*#endregion", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    // The source path is mapped to /_/ in deterministic builds: fall back to the place the tests run from.
    private static string FindRoot([CallerFilePath] string here = "")
    {
        foreach (string? start in new[] { Path.GetDirectoryName(here), AppContext.BaseDirectory })
        {
            for (DirectoryInfo? folder = new(start!); folder is not null; folder = folder.Parent)
            {
                if (System.IO.File.Exists(Path.Combine(folder.FullName, "ProxSharp.slnx")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("The tests must run from within the repository: no folder above holds ProxSharp.slnx.");
    }
}
