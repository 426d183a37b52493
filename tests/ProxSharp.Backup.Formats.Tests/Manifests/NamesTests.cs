using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Formats.Tests.Manifests;

public sealed class NamesTests
{
    [Theory]
    [InlineData("store", "root@pam", "localhost", 8007, "store", "store")]
    [InlineData("host:store", "root@pam", "host", 8007, "store", "host:store")]
    [InlineData("host:1234:store", "root@pam", "host", 1234, "store", "host:1234:store")]
    [InlineData("[2001:db8::1]:store", "root@pam", "[2001:db8::1]", 8007, "store", "[2001:db8::1]:store")]
    [InlineData("[::1]:8008:store", "root@pam", "[::1]", 8008, "store", "[::1]:8008:store")]
    [InlineData("user@pbs@host:store", "user@pbs", "host", 8007, "store", "user@pbs@host:8007:store")]
    [InlineData("u@pbs!t@h.example.com:9:store", "u@pbs!t", "h.example.com", 9, "store", "u@pbs!t@h.example.com:9:store")]
    [InlineData("a@b@pbs@10.0.0.1:store", "a@b@pbs", "10.0.0.1", 8007, "store", "a@b@pbs@10.0.0.1:8007:store")]
    [InlineData("1234:store", "root@pam", "1234", 8007, "store", "1234:store")]
    [InlineData("u@pbs@[fe80::1]:81:a.b-c", "u@pbs", "[fe80::1]", 81, "a.b-c", "u@pbs@[fe80::1]:81:a.b-c")]
    public void BackupRepository_Text_PartsAndCanonicalText(string text, string authId, string host, int port, string datastore, string canonical)
    {
        BackupRepository repository = BackupRepository.Parse(text, null);
        Assert.Equal((authId, host, port, datastore), (repository.AuthId, repository.Host, repository.Port, repository.Datastore));
        Assert.Equal(canonical, repository.ToString());
        Assert.Equal(repository, BackupRepository.Parse(text, null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("-store")]
    [InlineData("host:")]
    [InlineData(":store")]
    [InlineData("host:65536:store")]
    [InlineData("host:123456:store")]
    [InlineData("host:+1:store")]
    [InlineData("2001:db8::1:store")]
    [InlineData("[::1:store")]
    [InlineData("[host]:store")]
    [InlineData("[]:store")]
    [InlineData("[::1]x:store")]
    [InlineData("user@host:store")]
    [InlineData("@pbs@host:store")]
    [InlineData("us er@pbs@host:store")]
    [InlineData("u@pbs!@host:store")]
    [InlineData("u@pbs@store")]
    [InlineData("host_name:store")]
    [InlineData("-host:store")]
    [InlineData("a..b:store")]
    [InlineData("host:store/x")]
    [InlineData("h:s1234567890123456789012345678901234")]
    public void BackupRepository_NoRepository_Refused(string text)
    {
        Assert.False(BackupRepository.TryParse(text, out _));
        Assert.Throws<FormatException>(() => BackupRepository.Parse(text, null));
    }

    [Fact]
    public void BackupRepository_FromParts_BracketsAdded()
    {
        Assert.Equal("root@pam@[2001:db8::1]:8007:store", BackupRepository.Create("store", "2001:db8::1").ToString());
        Assert.Equal("u@pbs@host:1:store", BackupRepository.Create("store", "host", 1, "u@pbs").ToString());
        Assert.Throws<FormatException>(() => BackupRepository.Create("store", "host/x"));
        Assert.Throws<FormatException>(() => BackupRepository.Create("store", port: 70000));
    }

    [Theory]
    [InlineData("host/elsa/2020-06-26T13:56:05Z", "host", "elsa", 1_593_179_765)]
    [InlineData("vm/100/1970-01-01T00:00:01Z", "vm", "100", 1)]
    [InlineData("ct/a.b-c_d/9999-12-31T23:59:59Z", "ct", "a.b-c_d", 253_402_300_799)]
    public void BackupSnapshotPath_Text_RoundTrips(string text, string type, string id, long time)
    {
        BackupSnapshotPath path = BackupSnapshotPath.Parse(text, null);
        Assert.Equal((type, id, time), (path.Group.Type.ToString(), path.Group.Id, path.Time.ToUnixTimeSeconds()));
        Assert.Equal(text, path.ToString());
        Assert.Equal(path, new BackupSnapshotPath(new BackupGroupPath(path.Group.Type, id), path.Time));
        Assert.Equal(path.Group, BackupGroupPath.Parse($"{type}/{id}", null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData("host/elsa")]
    [InlineData("host/elsa/2020-06-26 13:56:05")]
    [InlineData("host/elsa/2020-06-26T13:56:05")]
    [InlineData("host/elsa/2020-06-26T13:56:05+00:00")]
    [InlineData("host/elsa/1970-01-01T00:00:00Z")]
    [InlineData("host/../2020-06-26T13:56:05Z")]
    [InlineData("host/a/b/2020-06-26T13:56:05Z")]
    [InlineData("tape/a/2020-06-26T13:56:05Z")]
    public void BackupSnapshotPath_NoSnapshot_Refused(string text)
    {
        Assert.False(BackupSnapshotPath.TryParse(text, out _));
        Assert.Throws<FormatException>(() => BackupSnapshotPath.Parse(text, null));
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("a", "ns/a", true)]
    [InlineData("a/b-c/1", "ns/a/ns/b-c/ns/1", true)]
    [InlineData("1/2/3/4/5/6/7/8", "ns/1/ns/2/ns/3/ns/4/ns/5/ns/6/ns/7/ns/8", true)]
    [InlineData("1/2/3/4/5/6/7/8/9", "", false)]
    [InlineData("/a", "", false)]
    [InlineData("a//b", "", false)]
    [InlineData("a/..", "", false)]
    public void BackupNamespace_Text_StorePath(string text, string path, bool valid)
    {
        Assert.Equal(valid, BackupNamespace.TryParse(text, out BackupNamespace parsed));
        if (valid)
        {
            Assert.Equal((path, text, text.Length == 0), (parsed.StorePath, parsed.ToString(), parsed.IsRoot));
            Assert.Equal(parsed == BackupNamespace.Root, parsed.IsRoot);
        }
        else
        {
            Assert.Throws<FormatException>(() => BackupNamespace.Parse(text, null));
        }
    }

    [Theory]
    [InlineData("root.pxar", "root.pxar.didx")]
    [InlineData("root.mpxar", "root.mpxar.didx")]
    [InlineData("root.ppxar", "root.ppxar.didx")]
    [InlineData("catalog.pcat1", "catalog.pcat1.didx")]
    [InlineData("disk.img", "disk.img.fidx")]
    [InlineData("qemu-server.conf", "qemu-server.conf.blob")]
    [InlineData("index.json", "index.json.blob")]
    [InlineData("client.log", "client.log.blob")]
    [InlineData("rsa-encrypted.key", "rsa-encrypted.key.blob")]
    [InlineData("root.pxar.didx", "root.pxar.didx")]
    public void ArchiveName_UserName_StoredName(string name, string stored) => Assert.Equal(stored, ArchiveName.ToStored(name));

    [Theory]
    [InlineData("root")]
    [InlineData("")]
    [InlineData("../root.pxar")]
    [InlineData("a b.img")]
    [InlineData(".blob")]
    public void ArchiveName_NoArchive_Refused(string name)
    {
        Assert.False(ArchiveName.IsStored(name));
        Assert.Throws<FormatException>(() => ArchiveName.ToStored(name));
    }
}
