using System.Text;
using ProxSharp.Backup.Files.Patterns;

namespace ProxSharp.Backup.Tests.Files;

public sealed class PathPatternTests
{
    [Theory]
    // The recorded cases of the official tool.
    [InlineData("foo", "/foo", false, true)]
    [InlineData("foo", "/x/foo", false, true)]
    [InlineData("foo/", "/foo", true, true)]
    [InlineData("foo/", "/x/foo", true, true)]
    [InlineData("foo/", "/foo", false, false)]
    [InlineData("/foo", "/foo", true, true)]
    [InlineData("/foo", "/x/foo", true, false)]
    [InlineData("*.tmp", "/a.tmp", false, true)]
    [InlineData("*.tmp", "/a/b/c.tmp", false, true)]
    [InlineData("**/*.tmp", "/a.tmp", false, true)]
    [InlineData("**/*.tmp", "/a/b/c.tmp", false, true)]
    [InlineData("a/**/top.tmp", "/a/top.tmp", false, true)]
    [InlineData("a/**/top.tmp", "/a/b/c/top.tmp", false, true)]
    [InlineData("b[!a]x", "/b!x", false, true)]
    [InlineData("b[!a]x", "/bax", false, true)]
    [InlineData("b[!a]x", "/bcx", false, false)]
    [InlineData("b[^a]x", "/b!x", false, true)]
    [InlineData("b[^a]x", "/bax", false, false)]
    // The rest of the dialect.
    [InlineData("f?o", "/foo", false, true)]
    [InlineData("f?o", "/f/o", false, false)]
    [InlineData("f*o", "/f/o", false, false)]
    [InlineData("f**o", "/f/o", false, false)]
    [InlineData("f**o", "/fxxo", false, true)]
    [InlineData("a/**", "/a/b/c", false, true)]
    [InlineData("a/**", "/a", true, false)]
    [InlineData("a/**/b", "/a/b", false, true)]
    [InlineData("a/**/b", "/a/xb", false, false)]
    [InlineData("/**/b", "/b", false, true)]
    [InlineData("/**/b", "/a/x/b", false, true)]
    [InlineData("[z-a]", "/m", false, true)]
    [InlineData("[[:digit:][:upper:]]x", "/7x", false, true)]
    [InlineData("[[:digit:][:upper:]]x", "/Qx", false, true)]
    [InlineData("[[:digit:][:upper:]]x", "/qx", false, false)]
    [InlineData("a[/]b", "/a/b", false, true)]
    [InlineData("[]a]", "/]", false, true)]
    [InlineData("[a-]", "/-", false, true)]
    [InlineData("\\*", "/*", false, true)]
    [InlineData("\\*", "/a", false, false)]
    [InlineData("FOO", "/foo", false, false)]
    [InlineData("é?", "/éx", false, true)]
    [InlineData("a/b", "/x/a/b", false, true)]
    [InlineData("foo", "/foobar", false, false)]
    [InlineData("foo", "/barfoo", false, false)]
    [InlineData("/", "/a", true, false)]
    public void Matches_Path_IsAsInTheOfficialClient(string pattern, string path, bool isDirectory, bool expected) =>
        Assert.Equal(expected, PathPattern.Parse(pattern).Matches(Encoding.UTF8.GetBytes(path), isDirectory));

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("[a")]
    [InlineData("a\\")]
    [InlineData("[[:digit:]")]
    public void Parse_Malformed_Throws(string pattern) => Assert.Throws<FormatException>(() => PathPattern.Parse(pattern));

    [Fact]
    public void Matches_ManyStars_IsFast()
    {
        PathPattern pattern = PathPattern.Parse(string.Concat(Enumerable.Repeat("*a", 200)) + "b");
        Assert.False(pattern.Matches([(byte)'/', .. Enumerable.Repeat((byte)'a', 4000)], isDirectory: false));
    }

    [Fact]
    public void Decide_LastMatch_Wins()
    {
        PathPatternList list = new([PathPattern.Parse("*.tmp"), PathPattern.Parse("!/a/b/keep.tmp")]);
        Assert.False(list.Decide("/a/b/keep.tmp"u8, isDirectory: false));
        Assert.True(list.Decide("/a/keep.tmp"u8, isDirectory: false));
        Assert.Null(list.Decide("/a/keep.txt"u8, isDirectory: false));
    }

    [Theory]
    [InlineData("!/foo/", true, true, "!/foo/")]
    [InlineData("foo///", false, true, "foo/")]
    [InlineData("a*b", false, false, "a*b")]
    public void Parse_Pattern_KnowsItsMeaning(string text, bool reversed, bool directories, string written)
    {
        PathPattern pattern = PathPattern.Parse(text);
        Assert.Equal((reversed, directories, written), (pattern.IsReversed, pattern.DirectoriesOnly, pattern.ToString()));
    }

    [Theory]
    [InlineData("/etc/*.conf", "", true)]
    [InlineData("/etc/*.conf", "/etc", true)]
    [InlineData("/etc/*.conf", "/etcetera", false)]
    [InlineData("/etc/*.conf", "/var", false)]
    [InlineData("/etc/hosts", "/etc", true)]
    [InlineData("/etc/hosts", "/etc/hosts", false)]
    [InlineData("/*", "", true)]
    [InlineData("/*", "/etc", false)]
    [InlineData("/**", "/etc", true)]
    [InlineData("/[a/]*", "/etc", true)]
    [InlineData("/etc/hosts", "/etc/hosts/x", false)]
    [InlineData("/v*/log", "/var", true)]
    [InlineData("/v*/log", "/etc", false)]
    [InlineData("log", "/anything", true)]
    public void MayMatchBelow_Directory_LeavesOnlyWhatCannotMatchOut(string pattern, string directory, bool expected) =>
        Assert.Equal(expected, PathPattern.Parse(pattern).MayMatchBelow(Encoding.UTF8.GetBytes(directory)));

    [Theory]
    [InlineData("/etc/hosts", "", "etc")]
    [InlineData("/etc/hosts", "/etc", "hosts")]
    [InlineData("/etc/hosts", "/var", "")]
    [InlineData("/etc/hosts", "/etc/hosts", "")]
    [InlineData("/etc/*.conf", "", "etc")]
    [InlineData("/etc/*.conf", "/etc", null)]
    [InlineData(@"/a\*b/c", "", "a*b")]
    [InlineData("/**/x", "", null)]
    [InlineData("hosts", "", null)]
    public void TryNameBelow_Directory_KnowsTheNextName(string pattern, string directory, string? expected)
    {
        bool known = PathPattern.Parse(pattern).TryNameBelow(Encoding.UTF8.GetBytes(directory), out byte[] name);
        Assert.Equal(expected, known ? Encoding.UTF8.GetString(name) : null);
    }

    [Fact]
    public void Literal_PathWithSpecialBytes_MatchesOnlyThat()
    {
        PathPattern pattern = PathPattern.Literal("a*/[b]");
        Assert.True(pattern.Matches("/a*/[b]"u8, isDirectory: false));
        Assert.False(pattern.Matches("/ax/b"u8, isDirectory: false));
        Assert.False(pattern.Matches("/x/a*/[b]"u8, isDirectory: false));
        Assert.Throws<ArgumentException>(() => PathPattern.Literal("/"));
    }

    [Fact]
    public void ExcludeFile_Lines_AreReadAsTheOfficialClientDoes()
    {
        List<string> ignored = [];
        ReadOnlySpan<byte> content = "# comment\n\n  *.tmp  \r\n/skipdir\n!/keep\n[x\n"u8;
        List<PathPattern> patterns = ExcludeFile.Parse(content, isRoot: true, ignored.Add);
        Assert.Equal(["*.tmp", "/skipdir", "!/keep"], patterns.Select(pattern => pattern.ToString()));
        Assert.StartsWith("\"[x\" is no pattern", Assert.Single(ignored), StringComparison.Ordinal);
        patterns = ExcludeFile.Parse(content, isRoot: false, ignored.Add);
        Assert.Equal("*.tmp", Assert.Single(patterns).ToString());
        Assert.Equal(4, ignored.Count);
    }
}
