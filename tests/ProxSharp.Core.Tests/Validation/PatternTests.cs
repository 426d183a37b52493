using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Validation;

namespace ProxSharp.Core.Tests.Validation;

/// <summary>What a pattern says of a long value follows from both alone: an engine that cannot run out of time says the same.</summary>
public sealed class PatternTests
{
    private static readonly string[] s_parts = ["a", "A", "0", "a-", "-", "a.", "1.", "a_", "a:", "0:", "a/", "/a", "a;", "a=b,", "a,", "a b", "+a;", "net0=1,", "aa:"];
    private static readonly string[] s_ends = ["", "!", "-", "\u0001", "\n", "\n\n"];

    // The texts of some formats are long: what only this test makes may be larger than the runtime's default.
    static PatternTests() => AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", 200_000);

    [Theory]
    [InlineData("ProxSharp.Pve.Api", "pve", 60)]
    [InlineData("ProxSharp.Pbs.Api", "pbs", 30)]
    public void EveryPattern_OnLongValues_SaysWhatTheUnlimitedEngineSays(string project, string product, int least)
    {
        string file = Path.Combine(RepositoryFiles.Root, "src", project, "Generated", $"{product}.schema.json");
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllBytes(file));
        string[] patterns = [.. Patterns(schema.RootElement).Distinct(StringComparer.Ordinal)];
        Assert.True(patterns.Length >= least, $"{patterns.Length} patterns");

        foreach (string text in patterns)
        {
            // That engine needs no groups that are never entered again.
            Regex perl = new($"^{text.Replace("(?>", "(?:", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            Assert.All(Values(), value => Assert.Equal(perl.IsMatch(value), Pattern.Get(text).Fits(value)));
        }
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("docker.io/library/alpine", true)]
    [InlineData("a--b/c__d.e_f", true)]
    [InlineData("a-", false)]
    [InlineData("a-_b", false)]
    [InlineData("a___b", false)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", false)]
    public void ImageName_IsJudgedWhateverItsLength(string value, bool expected)
    {
        string pattern = RepositoryFiles.Pve.Endpoints.Single(static one => one.Path.EndsWith("/query-oci-repo-tags", StringComparison.Ordinal))
            .Parameters["reference"].Pattern!;
        Assert.Equal(expected, Pattern.Get(pattern).Fits(value));
    }

    private static IEnumerable<string> Values() =>
        from part in s_parts from count in new[] { 1, 40, 400 } from end in s_ends select string.Concat(Enumerable.Repeat(part, count)) + end;

    private static IEnumerable<string> Patterns(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static member =>
            member.NameEquals("pattern") && member.Value.ValueKind == JsonValueKind.String ? [member.Value.GetString()!] : Patterns(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Patterns),
        _ => [],
    };
}
