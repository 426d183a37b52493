using System.Text;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Runs;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Tests.Runs;

public sealed class RereadMarksTests
{
    private const string Archive = "root.mpxar.didx";

    [Fact]
    public void Find_MarkedPath_IsFoundAgainInTheJsonAndNoOtherIs()
    {
        RereadMarks marks = new(null);
        marks.Add(Archive, ["/a/b", "/\\xff"]);
        marks.Add("quiet.mpxar.didx", []);
        BackupManifest manifest = Again(marks.AddTo(Empty()));

        Predicate<string> found = RereadMarks.Find(manifest, Archive, null)!;
        Assert.True(found("/a/b"));
        Assert.True(found("/\\xff"));
        Assert.False(found("/a/c"));
        Assert.Null(RereadMarks.Find(manifest, "quiet.mpxar.didx", null));
    }

    [Fact]
    public void Find_Encrypted_KnowsPathsWithTheKeyOnly()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        RereadMarks marks = new(key);
        marks.Add(Archive, ["/secret"]);
        BackupManifest manifest = Again(marks.AddTo(Empty()).Sign(key));

        Assert.Equal(ManifestSignature.Valid, manifest.CheckSignature(key));
        Assert.True(RereadMarks.Find(manifest, Archive, key)!("/secret"));
        Assert.False(RereadMarks.Find(manifest, Archive, null)!("/secret"));
    }

    [Fact]
    public void Find_TooManyPaths_StandForAll()
    {
        RereadMarks marks = new(null);
        marks.Add(Archive, null);
        Assert.True(RereadMarks.Find(Again(marks.AddTo(Empty())), Archive, null)!("/any"));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("{\"root.mpxar.didx\":{}}")]
    [InlineData("{\"root.mpxar.didx\":[1]}")]
    public void Find_NotUnderstood_StandsForAll(string member)
    {
        string json = Encoding.UTF8.GetString(Empty().ToJson()).Replace("\"unprotected\": {}", $"\"unprotected\": {{\"reread\": {member}}}", StringComparison.Ordinal);
        Assert.True(RereadMarks.Find(BackupManifest.Parse(Encoding.UTF8.GetBytes(json)), Archive, null)!("/any"));
    }

    [Fact]
    public void AddTo_NoMarks_LeavesTheManifest()
    {
        BackupManifest manifest = Empty();
        Assert.Same(manifest, new RereadMarks(null).AddTo(manifest));
        Assert.Null(RereadMarks.Find(manifest, Archive, null));
    }

    private static BackupManifest Again(BackupManifest manifest) => BackupManifest.Parse(manifest.ToJson());

    private static BackupManifest Empty() =>
        BackupManifest.Create(new BackupSnapshotPath(BackupGroupPath.Parse("host/web1"), DateTimeOffset.FromUnixTimeSeconds(1_700_000_000)), []);
}
