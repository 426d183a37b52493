using System.Text.RegularExpressions;
using ProxSharp.Ids;

namespace ProxSharp.Core.Tests.Ids;

public sealed partial class UpidTests
{
    [Theory]
    [Trait("Acceptance", "8")]
    [InlineData("UPID:pve1:000043F4:00050364:6B035A3F:qmstop:120:alice@pve!auto:", "pve1", "qmstop", "120", "120", "alice@pve!auto")]
    [InlineData("UPID:pve1:0000381B:00048C41:6B03590E:imgcopy::root@pam!ci:", "pve1", "imgcopy", "", "", "root@pam!ci")]
    [InlineData("UPID:pve1:00002B74:000B444D:6B036A42:vncshell::root@pam:", "pve1", "vncshell", "", "", "root@pam")]
    [InlineData("UPID:pve1:000037A5:00048A57:6B035909:imgdel:210@local:root@pam:", "pve1", "imgdel", "210@local", "210@local", "root@pam")]
    [InlineData("UPID:node-2:000037A5:1A2B3C4D5:6B035909:qmstart:100:first.last@corp.example:", "node-2", "qmstart", "100", "100", "first.last@corp.example")]
    [InlineData(@"UPID:pve1:000037A5:00048A57:6B035909:download:my\x2dfile-1.iso:root@pam:", "pve1", "download", @"my\x2dfile-1.iso", @"my\x2dfile-1.iso", "root@pam")]
    [InlineData(@"UPID:vm:000046D1:00052608:0000001D:6B035B1E:reader:golden\x3ahost-cap1-65541810:golden@pbs!tok:", "vm", "reader", @"golden\x3ahost-cap1-65541810", "golden:host/cap1/65541810", "golden@pbs!tok")]
    [InlineData(@"UPID:vm:000046D1:00052608:00000039:6B035C81:syncjob:remote\x2d1\x3agolden\x3atest\x3a\x3async\x2d1:admin@pbs:", "vm", "syncjob", @"remote\x2d1\x3agolden\x3atest\x3a\x3async\x2d1", "remote-1:golden:test::sync-1", "admin@pbs")]
    [InlineData("UPID:vm:000046D1:00052608:0000000000000022:6B035B82:verify:golden:golden@pbs:", "vm", "verify", "golden", "golden", "golden@pbs")]
    [InlineData(@"UPID:vm:000046D1:00052608:00000022:6B035B82:verify:\xc3\xa4\xzz:golden@pbs:", "vm", "verify", @"\xc3\xa4\xzz", @"ä\xzz", "golden@pbs")]
    public void Parse_EitherProductsForm_GivesParts(string text, string node, string type, string encodedId, string id, string user)
    {
        Upid upid = Upid.Parse(text);

        Assert.Equal((node, type, encodedId, id, user), (upid.Node, upid.Type, upid.EncodedId, upid.Id, upid.User));
        Assert.Equal(text, upid.ToString());
    }

    [Fact]
    public void Parse_PveForm_GivesNumbersAndTime()
    {
        Upid upid = Upid.Parse("UPID:pve1:000030C9:10004739D:6B0358CF:resize:110:root@pam:");

        Assert.Equal(0x30C9, upid.ProcessId);
        Assert.Equal(0x10004739D, upid.ProcessStart);
        Assert.Null(upid.TaskNumber);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 21, 4, 15, TimeSpan.Zero), upid.StartTime);
    }

    [Fact]
    public void Parse_PbsForm_GivesTaskNumber() =>
        Assert.Equal(0x25, Upid.Parse("UPID:vm:000046D1:00052608:00000025:6B035B84:garbage_collection:golden:golden@pbs:").TaskNumber);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("UPID:")]
    [InlineData("UPID:bad")]
    [InlineData("upid:pve1:000030C9:0004739D:6B0358CF:resize:110:root@pam:")]
    [InlineData("UPID:pve1:000030C9:0004739D:6B0358CF:resize:110:root@pam")]
    [InlineData("UPID:pve1:000030C9:0004739D:6B0358CF:resize:110::")]
    [InlineData("UPID:pve1:000030C9:0004739D:6B0358CF::110:root@pam:")]
    [InlineData("UPID:pve1:30C9:0004739D:6B0358CF:resize:110:root@pam:")]
    [InlineData("UPID:pve1:000030C9:0004739D:6B0358CG:resize:110:root@pam:")]
    [InlineData("UPID:pve1:000030C9:0004739D1F:6B0358CF:resize:110:root@pam:")]
    [InlineData("UPID:-pve:000030C9:0004739D:6B0358CF:resize:110:root@pam:")]
    [InlineData("UPID:pve1:000030C9:0004739D:6B0358CF:resize:1 0:root@pam:")]
    [InlineData("UPID:vm:000046D1:00052608:FFFFFFFFFFFFFFFF:6B035B82:verify:golden:golden@pbs:")]
    [InlineData("UPID:vm:000046D1:00052608:00000022:6B035B82:verify:golden:golden@pbs:more:")]
    public void TryParse_NotAUpid_IsFalse(string? text)
    {
        Assert.False(Upid.TryParse(text, out Upid upid));
        Assert.Equal(default, upid);
        Assert.Throws<FormatException>(() => Upid.Parse(text!));
    }

    [Fact]
    [Trait("Acceptance", "8")]
    public void Parse_EveryUpidInTheRecordings_RoundTrips()
    {
        HashSet<string> seen = [];
        foreach (string file in RepositoryFiles.Recordings("pve/samples").Concat(RepositoryFiles.Recordings("pbs/samples")))
        {
            // Results are read from JSON, so that escapes are resolved before the text is looked at.
            foreach (Match match in Recorded().Matches(File.ReadAllText(file)))
            {
                seen.Add(match.Value.Replace(@"\\", @"\", StringComparison.Ordinal));
            }
        }

        Assert.InRange(seen.Count, 50, int.MaxValue);
        foreach (string text in seen)
        {
            Assert.Equal(text, Upid.Parse(text).ToString());
        }
    }

    [Fact]
    public void Equals_SameText_IsTrue()
    {
        const string Text = "UPID:pve1:000030C9:0004739D:6B0358CF:resize:110:root@pam:";

        Assert.Equal(Upid.Parse(Text), Upid.Parse(Text));
        Assert.Equal(Upid.Parse(Text).GetHashCode(), Upid.Parse(Text).GetHashCode());
        Assert.NotEqual(Upid.Parse(Text), default);
    }

    [GeneratedRegex("""(?<=")UPID:[a-z0-9]+:[0-9A-F]{8}:[^"\s]+:(?=")""")]
    private static partial Regex Recorded();
}
