using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Tests;

/// <summary>Packages, certificates, disks and devices of nodes.</summary>
public sealed class NodeSoftwareTests : SimulatedCluster
{
    private const string Node = "/nodes/pve1";

    [Fact]
    public async Task Packages_AfterARefresh_HaveMoreUpdates()
    {
        string[] before = await UpdatesAsync();
        (string exit, string[] log) = await RunAsync(Client.PostAsync($"{Node}/apt/update"));
        Assert.Equal(("OK", "starting apt-get update"), (exit, log[0]));
        string[] after = await UpdatesAsync();
        Assert.Equal(["base-files", "libssl3t64", "openssh-client", "pve-manager", "qemu-server"], after);
        Assert.Equal(["libssl3t64", "openssh-client"], before);
        JsonNode manager = (await DataAsync($"{Node}/apt/versions")).AsArray().Single(static package => package!["Package"]!.GetValue<string>() == "pve-manager")!;
        Assert.Equal(("9.2.11", "9.2.12", "Installed"), (manager["OldVersion"]!.GetValue<string>(), manager["Version"]!.GetValue<string>(), manager["CurrentState"]!.GetValue<string>()));
        Assert.StartsWith("pve-manager (9.2.12) ", (await DataAsync($"{Node}/apt/changelog?name=pve-manager")).GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(500, (await Client.GetAsync($"{Node}/apt/changelog?name=nosuch")).Status);

        async Task<string[]> UpdatesAsync() => [.. (await DataAsync($"{Node}/apt/update")).AsArray().Select(static package => package!["Package"]!.GetValue<string>()).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Repositories_AreAddedAndSwitched()
    {
        JsonNode repositories = await DataAsync($"{Node}/apt/repositories");
        string digest = repositories["digest"]!.GetValue<string>();
        Assert.Equal(1, repositories["standard-repos"]![0]!["status"]!.GetValue<int>());
        Assert.Null(repositories["standard-repos"]![1]!["status"]);

        Assert.Equal(200, (await Client.PutAsync($"{Node}/apt/repositories", ("handle", "no-subscription"), ("digest", digest))).Status);
        Assert.Equal((500, "detected modified configuration - file changed by other user? Try again."), Answer(await Client.PutAsync($"{Node}/apt/repositories", ("handle", "test"), ("digest", digest))));
        Assert.Equal(200, (await Client.PostAsync($"{Node}/apt/repositories", ("path", "/etc/apt/sources.list.d/pve-enterprise.sources"), ("index", "0"), ("enabled", "0"))).Status);
        repositories = await DataAsync($"{Node}/apt/repositories");
        Assert.Equal((0, 1), (repositories["standard-repos"]![0]!["status"]!.GetValue<int>(), repositories["standard-repos"]![1]!["status"]!.GetValue<int>()));
        Assert.Equal((500, "invalid index - 7"), Answer(await Client.PostAsync($"{Node}/apt/repositories", ("path", "/etc/apt/sources.list.d/proxmox.sources"), ("index", "7"))));
    }

    [Fact]
    public async Task Appliance_WhenDownloaded_IsATemplate()
    {
        string template = (await DataAsync($"{Node}/aplinfo"))[1]!["template"]!.GetValue<string>();
        Assert.Equal("no such template", (await Client.PostAsync($"{Node}/aplinfo", ("storage", "local"), ("template", "nosuch"))).Error("template"));
        Assert.Equal("OK", (await RunAsync(Client.PostAsync($"{Node}/aplinfo", ("storage", "local"), ("template", template)))).Exit);
        Assert.Contains((await DataAsync($"{Node}/storage/local/content?content=vztmpl")).AsArray(), entry => entry!["volid"]!.GetValue<string>() == $"local:vztmpl/{template}");
    }

    [Fact]
    public async Task CustomCertificate_IsCheckedShownAndRemoved()
    {
        (string certificate, string key) = Pair("pve1.example.test");
        Assert.Equal(400, (await Client.PostAsync($"{Node}/certificates/custom", ("certificates", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"), ("key", key))).Status);
        Assert.Equal((500, "Attempting to upload custom certificate without private key, but no private key found."), Answer(await Client.PostAsync($"{Node}/certificates/custom", ("certificates", certificate))));
        Assert.Equal(500, (await Client.PostAsync($"{Node}/certificates/custom", ("certificates", certificate), ("key", Pair("x").Key))).Status);

        JsonNode made = (await Client.PostAsync($"{Node}/certificates/custom", ("certificates", certificate), ("key", key))).Data!;

        Assert.Equal(("pveproxy-ssl.pem", "/CN=pve1.example.test"), (made["filename"]!.GetValue<string>(), made["subject"]!.GetValue<string>()));
        Assert.Equal((500, "Custom certificate file exists but force flag is not set."), Answer(await Client.PostAsync($"{Node}/certificates/custom", ("certificates", certificate), ("key", key))));
        Assert.Equal(["pve-root-ca.pem", "pve-ssl.pem", "pveproxy-ssl.pem"], await FilesAsync());
        Assert.Equal(Simulator.Fingerprint, (await DataAsync($"{Node}/certificates/info"))[1]!["fingerprint"]!.GetValue<string>());
        Assert.Equal(200, (await Client.DeleteAsync($"{Node}/certificates/custom")).Status);
        Assert.Equal(2, (await FilesAsync()).Length);

        async Task<string[]> FilesAsync() => [.. (await DataAsync($"{Node}/certificates/info")).AsArray().Select(static file => file!["filename"]!.GetValue<string>())];
    }

    [Fact]
    public async Task Acme_FromAccountToCertificate_Works()
    {
        string terms = (await DataAsync("/cluster/acme/tos")).GetValue<string>();
        Assert.Equal(400, (await Client.GetAsync("/cluster/acme/account/default")).Status);
        Assert.Equal("OK", (await RunAsync(Client.PostAsync("/cluster/acme/account", ("contact", "a@b.test"), ("tos_url", terms)))).Exit);
        Assert.Equal("ACME account config file 'default' already exists.", (await Client.PostAsync("/cluster/acme/account", ("contact", "a@b.test"))).Error("name"));
        Assert.Equal("mailto:a@b.test", (await DataAsync("/cluster/acme/account/default"))["account"]!["contact"]![0]!.GetValue<string>());
        Assert.Equal(200, (await Client.PostAsync("/cluster/acme/plugins", ("id", "dns1"), ("type", "dns"), ("api", "acmedns"), ("data", "Sz1WCg"))).Status);
        Assert.Equal("K=V\n", (await DataAsync("/cluster/acme/plugins/dns1"))["data"]!.GetValue<string>());
        Assert.Equal(["dns1", "standalone"], (await DataAsync("/cluster/acme/plugins")).AsArray().Select(static plugin => plugin!["plugin"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.Contains((await DataAsync("/cluster/acme/challenge-schema")).AsArray(), static challenge => challenge!["id"]!.GetValue<string>() == "cf");

        Assert.Equal((500, "ACME domain list in node configuration is missing!"), Answer(await Client.PostAsync($"{Node}/certificates/acme/certificate")));
        Assert.Equal(200, (await Client.PutAsync($"{Node}/config", ("acme", "account=default"), ("acmedomain0", "pve1.example.test,plugin=dns1"))).Status);
        (string exit, string[] log) = await RunAsync(Client.PostAsync($"{Node}/certificates/acme/certificate"));
        Assert.Equal("OK", exit);
        Assert.Contains("Status is 'valid', domain 'pve1.example.test' OK!", log);
        JsonNode certificate = (await DataAsync($"{Node}/certificates/info"))[2]!;
        Assert.Equal(("pve1.example.test", 2048), (certificate["san"]![0]!.GetValue<string>(), certificate["public-key-bits"]!.GetValue<int>()));
        Assert.Equal("Certificate does not expire within the next 30 days, and 'force' is not set.", (await Client.PutAsync($"{Node}/certificates/acme/certificate")).Error("force"));
        Assert.Equal("OK", (await RunAsync(Client.DeleteAsync($"{Node}/certificates/acme/certificate"))).Exit);
        Assert.Equal(2, (await DataAsync($"{Node}/certificates/info")).AsArray().Count);
        Assert.Equal("OK", (await RunAsync(Client.DeleteAsync("/cluster/acme/account/default"))).Exit);
        Assert.Empty((await DataAsync("/cluster/acme/account")).AsArray());
    }

    [Fact]
    public async Task Disks_BecomeStorages()
    {
        Assert.Equal(["/dev/sdc", "/dev/sdd", "/dev/sde"], await UnusedAsync());
        Assert.Equal((500, "device '/dev/sda' is already in use"), Answer(await Client.PostAsync($"{Node}/disks/directory", ("device", "/dev/sda"), ("name", "backup1"))));
        Assert.Equal((500, "mirror needs at least 2 disks"), Answer(await Client.PostAsync($"{Node}/disks/zfs", ("devices", "/dev/sdc"), ("name", "tank"), ("raidlevel", "mirror"))));
        Assert.Equal("OK", (await RunAsync(Client.PostAsync($"{Node}/disks/zfs", ("devices", "/dev/sdc,/dev/sdd"), ("name", "tank"), ("raidlevel", "mirror"), ("add_storage", "1")))).Exit);
        Assert.Equal("OK", (await RunAsync(Client.PostAsync($"{Node}/disks/directory", ("device", "/dev/sde"), ("name", "backup1"), ("filesystem", "xfs"), ("add_storage", "1")))).Exit);

        Assert.Empty(await UnusedAsync());
        JsonNode storage = await DataAsync("/storage/tank");
        Assert.Equal(("zfspool", "tank", "pve1"), (storage["type"]!.GetValue<string>(), storage["pool"]!.GetValue<string>(), storage["nodes"]!.GetValue<string>()));
        Assert.Equal(1L << 40, (await DataAsync($"{Node}/storage/tank/status"))["total"]!.GetValue<long>());
        Assert.Equal("/mnt/pve/backup1", (await DataAsync($"{Node}/disks/directory"))[0]!["path"]!.GetValue<string>());
        Assert.Equal("mirror-0", (await DataAsync($"{Node}/disks/zfs/tank"))["children"]![0]!["children"]![0]!["name"]!.GetValue<string>());
        Assert.Equal(["pve"], (await DataAsync($"{Node}/disks/lvm"))["children"]!.AsArray().Select(static group => group!["name"]!.GetValue<string>()));
        Assert.Equal("tank", (await DataAsync($"{Node}/scan/zfs"))[0]!["pool"]!.GetValue<string>());
        Assert.Equal((500, "disk/partition '/dev/sdc' has a holder"), Answer(await Client.PutAsync($"{Node}/disks/wipedisk", ("disk", "/dev/sdc"))));

        Assert.Equal("OK", (await RunAsync(Client.DeleteAsync($"{Node}/disks/zfs/tank?cleanup-config=1&cleanup-disks=1"))).Exit);
        Assert.Equal(["/dev/sdc", "/dev/sdd"], await UnusedAsync());
        Assert.Equal(500, (await Client.GetAsync("/storage/tank")).Status);
        Assert.Equal("OK", (await RunAsync(Client.PostAsync($"{Node}/disks/initgpt", ("disk", "/dev/sdc")))).Exit);
        Assert.Equal(1, (await DataAsync($"{Node}/disks/list?type=unused"))[0]!["gpt"]!.GetValue<int>());

        async Task<string[]> UnusedAsync() => [.. (await DataAsync($"{Node}/disks/list?type=unused")).AsArray().Select(static disk => disk!["devpath"]!.GetValue<string>())];
    }

    [Fact]
    public async Task Mappings_AreCheckedAgainstTheDevicesOfANode()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/mapping/pci", ("id", "gpu"), ("map", "node=pve1,path=0000:01:00.0,id=10de:1eb8,iommugroup=14,subsystem-id=10de:12a2"), ("map", "node=pve2,path=0000:00:02.0,id=8086:1237"))).Status);
        Assert.Equal((500, "create hardware mapping failed: PCI ID 'gpu' already defined"), Answer(await Client.PostAsync("/cluster/mapping/pci", ("id", "gpu"), ("map", "node=pve1,path=0000:01:00.0,id=10de:1eb8"))));
        Assert.Equal("invalid format - format error\nmap[0].path: property is missing and it is not optional\n", (await Client.PostAsync("/cluster/mapping/pci", ("id", "bad"), ("map", "node=pve1,id=10de:1eb8"))).Error("map[0]"));
        Assert.Empty(await ChecksAsync("pci", "pve1", "checks"));
        Assert.Equal(["Invalid configuration: 'id' does not match for 'gpu' (1234:1111 != 8086:1237)\n"], await ChecksAsync("pci", "pve2", "checks"));
        Assert.Equal(["No mapping for node pve3."], await ChecksAsync("pci", "pve3", "checks"));
        Assert.Equal(200, (await Client.PostAsync("/cluster/mapping/usb", ("id", "stick"), ("map", "node=pve1,id=0951:1666,path=1-1"))).Status);
        Assert.Equal(["Invalid configuration: usb device '1-1' not found\n"], await ChecksAsync("usb", "pve1", "errors"));
        string digest = (await DataAsync("/cluster/mapping/usb/stick"))["digest"]!.GetValue<string>();
        Assert.Equal((500, "update hardware mapping failed: missing value for required option 'map'"), Answer(await Client.PutAsync("/cluster/mapping/pci/gpu", ("description", "q"))));
        Assert.Equal(200, (await Client.PutAsync("/cluster/mapping/usb/stick", ("map", "node=pve1,id=0951:1666,path=1-2"), ("digest", digest))).Status);
        Assert.Equal(500, (await Client.PutAsync("/cluster/mapping/usb/stick", ("map", "node=pve1,id=0951:1666"), ("digest", digest))).Status);
        Assert.Empty(await ChecksAsync("usb", "pve1", "errors"));
        Assert.Equal(200, (await Client.DeleteAsync("/cluster/mapping/usb/stick")).Status);
        Assert.Equal((500, "mapping 'stick' not found"), Answer(await Client.GetAsync("/cluster/mapping/usb/stick")));

        async Task<string[]> ChecksAsync(string kind, string node, string member) =>
            [.. (await DataAsync($"/cluster/mapping/{kind}?check-node={node}"))[0]![member]!.AsArray().Select(static check => check!["message"]!.GetValue<string>())];
    }

    [Fact]
    public async Task Power_OffAndOn_TakesTheNodeAway()
    {
        Assert.Equal(200, (await Client.PutAsync("/nodes/pve2/config", ("wakeonlan", "aa:bb:cc:dd:ee:ff"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/nodes/pve2/status", ("command", "shutdown"))).Status);
        Assert.Equal(595, (await Client.GetAsync("/nodes/pve2/status")).Status);
        Assert.Equal((500, "'pve1' is local node, cannot wake my self!"), Answer(await Client.PostAsync("/nodes/pve1/wakeonlan")));
    }

    [Fact]
    public async Task CpuModels_AreListedAmongTheKnownOnes()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/qemu/custom-cpu-models", ("cputype", "mine"), ("reported-model", "EPYC"), ("flags", "+aes"))).Status);
        Assert.Equal("custom-mine", (await DataAsync("/cluster/qemu/custom-cpu-models"))[0]!["cputype"]!.GetValue<string>());
        JsonNode listed = (await DataAsync($"{Node}/capabilities/qemu/cpu")).AsArray().Single(static model => model!["custom"]!.GetValue<int>() == 1)!;
        Assert.Equal(("custom-mine", "AuthenticAMD"), (listed["name"]!.GetValue<string>(), listed["vendor"]!.GetValue<string>()));
        Assert.Equal(200, (await Client.DeleteAsync("/cluster/qemu/custom-cpu-models/custom-mine")).Status);
        Assert.Contains((await DataAsync($"{Node}/capabilities/qemu/machines")).AsArray(), static machine => machine!["id"]!.GetValue<string>() == "pc-q35-10.1");
    }

    private static (string Certificate, string Key) Pair(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(60));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
