using System.Text.RegularExpressions;

namespace ProxSharp.Architecture.Tests;

/// <summary>Conventions that no analyzer checks, read from the source text.</summary>
public sealed partial class SourceConventionTests
{
    private const int LongestFile = 500;

    public static TheoryData<string> SourceFiles() => [.. Repository.SourceFiles("src").Concat(Repository.SourceFiles("codegen")).Select(Repository.Relative)];

    [Theory]
    [MemberData(nameof(SourceFiles))]
    public void File_Length_StaysWithinLimit(string file)
    {
        int lines = File.ReadLines(Path.Combine(Repository.Root, file)).Count();
        Assert.True(lines <= LongestFile, $"{file} has {lines} lines; split it by responsibility.");
    }

    [Theory]
    [MemberData(nameof(SourceFiles))]
    public void File_PublicTypes_AtMostOne(string file)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, file));
        int types = TopLevelPublicType().Count(text);
        Assert.True(types <= 1, $"{file} declares {types} public types; give each its own file.");
    }

    [Theory]
    [MemberData(nameof(SourceFiles))]
    public void File_Namespace_FollowsFolder(string file)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, file));
        Match match = Namespace().Match(text);
        if (!match.Success)
        {
            return; // Top-level statements and assembly attributes have none.
        }

        string[] parts = file.Split('/');
        string project = parts[0] == "src" ? parts[1] : "ProxSharp.CodeGen";
        string root = project == "ProxSharp.Core" ? "ProxSharp" : project;
        int folders = parts[0] == "src" ? 2 : 1;
        string expected = string.Join('.', new[] { root }.Concat(parts[folders..^1]));
        Assert.Equal(expected, match.Groups[1].Value);
    }

    [Fact]
    public void Sources_HoldNoUnfinishedWork()
    {
        IEnumerable<string> hits = Repository.SourceFiles("src").Concat(Repository.SourceFiles("codegen"))
            .Where(static file => Unfinished().IsMatch(File.ReadAllText(file)))
            .Select(Repository.Relative);
        Assert.Empty(hits);
    }

    [GeneratedRegex(@"^public (?:static |sealed |abstract |readonly |partial |ref )*(?:class|struct|record|interface|enum|delegate)\b", RegexOptions.Multiline)]
    private static partial Regex TopLevelPublicType();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"NotImplementedException|\bTODO\b|\bFIXME\b|catch\s*(\(\s*Exception\s*\))?\s*\{\s*\}")]
    private static partial Regex Unfinished();
}
