using System.Text.Json;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>A cluster as a file, and back.</summary>
public sealed class StateVerbTests
{
    private const string Wanted = """
        prox: 1
        pools:
          - poolid: production
            comment: what customers see
            vms: [100, 106]
          - poolid: fresh
            comment: new
        guests:
          - vmid: 100
            config:
              memory: 3072
              description: "from a file"
          - vmid: 4711
            node: pve1
            config: {memory: 256, name: fresh}
        backup-jobs:
          - id: nightly
            schedule: "02:30"
            storage: local
            vmid: "100,101"
            enabled: true
        """;

    [Fact]
    public async Task Export_ThenDiff_HasNoDifferences()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();

        string file = (await cli.LineAsync("export pools guests backup-jobs firewall")).Succeeded();
        cli.Write("cluster.yaml", file);

        Snapshot.Match("export", file);
        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f cluster.yaml")).Errors);
        cli.Write("cluster.json", (await cli.LineAsync("export guests --guests 'web*' -o json")).Succeeded());
        (await cli.LineAsync("diff -f cluster.json")).Succeeded();
        Assert.Equal("No differences.\n", (await cli.LineAsync("apply -f cluster.yaml --prune")).Errors);
    }

    [Fact]
    public async Task Export_OfASecretThatIsShownAsAsterisks_LeavesItOut_AndApplyNeverSetsThem()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = (await cluster.UserAsync()).With("CLOUD_PASSWORD", "correct horse");
        (await cli.LineAsync("vm set staging --cipassword env:CLOUD_PASSWORD")).Succeeded();
        Assert.DoesNotContain("cipassword", (await cli.LineAsync("export guests --guests staging")).Succeeded(), StringComparison.Ordinal);

        cli.Write("masked.yaml", "prox: 1\nguests:\n  - vmid: 106\n    config: {cipassword: '**********', memory: 2222}\n");
        (await cli.LineAsync("vm set staging --delete cipassword --yes")).Succeeded();
        (await cli.LineAsync("apply -f masked.yaml --yes")).Succeeded();
        string config = (await cli.LineAsync("api get /nodes/pve1/qemu/106/config -o json")).Succeeded();
        Assert.Contains("2222", config, StringComparison.Ordinal);
        Assert.DoesNotContain("cipassword", config, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_File_MakesTheClusterSoAndThenChangesNothing()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("cluster.yaml", Wanted);

        CliRun diff = await cli.LineAsync("diff -f cluster.yaml");
        Assert.Equal(1, diff.ExitCode);
        Snapshot.Match("diff", diff.Output);
        Snapshot.Match(
            "apply-dry-run",
            System.Text.RegularExpressions.Regex.Replace(
                (await cli.LineAsync("apply -f cluster.yaml --dry-run")).Succeeded(), "digest=[0-9a-f]+", "digest=..."));
        (await cli.LineAsync("apply -f cluster.yaml")).Succeeded();

        Assert.Equal("", (await cli.LineAsync("diff -f cluster.yaml")).Succeeded());
        Assert.Equal("fresh\n", (await cli.LineAsync("vm config 4711 --query name -o name")).Succeeded());
        Assert.Equal("3072\n", (await cli.LineAsync("vm config 100 --query memory -o name")).Succeeded());
        Assert.Contains("106", (await cli.LineAsync("vm list @pool-production -o name")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_Prune_AsksBeforeItDeletes()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("pool create old --comment 'may go'")).Succeeded();
        cli.Write("cluster.yaml", "prox: 1\npools:\n  - poolid: production\n");

        (await cli.LineAsync("apply -f cluster.yaml")).Succeeded();
        Assert.Contains("--yes", (await cli.LineAsync("apply -f cluster.yaml --prune")).FailedWith(8), StringComparison.Ordinal);
        (await cli.LineAsync("apply -f cluster.yaml --prune --yes")).Succeeded();

        Assert.DoesNotContain("old", (await cli.LineAsync("pool list -o name")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("guests: []", "does not begin with 'prox: 1'")]
    [InlineData("prox: 1\ngusts: []", "no section 'gusts'")]
    [InlineData("prox: 1\nguests: {}", "'guests' is no list")]
    [InlineData("prox: 1\nguests: [{name: x}]", "names the guest 'x', and there is none of that name")]
    [InlineData("prox: 1\nguests: [{node: pve1}]", "has no 'vmid'")]
    [InlineData("prox: 1\nguests: [", "is no YAML")]
    [InlineData("prox: 1\npools:\n\t- poolid: x\n", "line 3 is indented with a tab, and tabs are not allowed there")]
    [InlineData("prox: 1\npools:\n  - poolid: x\n\tcomment: y\n", "line 4 is indented with a tab")]
    [InlineData("prox: 1\npools:\n  - poolid: x\n  \tcomment: y\n", "line 4 is indented with a tab")]
    [InlineData("a\n---\nb", "2 documents")]
    public async Task Diff_WrongFile_IsRefused(string content, string message)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Input = content;

        Assert.Contains(message, (await cli.LineAsync("diff -f -")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains("cannot be read", (await cli.LineAsync("diff -f nothing.yaml")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: 1", """{"a":1}""")]
    [InlineData("a: 007", """{"a":"007"}""")]
    [InlineData("a: +49123", """{"a":"+49123"}""")]
    [InlineData("a: '1'", """{"a":"1"}""")]
    [InlineData("a: 1.5", """{"a":1.5}""")]
    [InlineData("a: 1.50", """{"a":1.50}""")]
    [InlineData("a: 1e3", """{"a":1e3}""")]
    [InlineData("a: 1.", """{"a":"1."}""")]
    [InlineData("a: -.5", """{"a":"-.5"}""")]
    [InlineData("a: true", """{"a":true}""")]
    [InlineData("a: yes", """{"a":"yes"}""")]
    [InlineData("a: ~", """{"a":null}""")]
    [InlineData("a:", """{"a":null}""")]
    [InlineData("a: |\n  two\n  lines\n", """{"a":"two\nlines\n"}""")]
    [InlineData("- x\n- [1, {b: c}]", """["x",[1,{"b":"c"}]]""")]
    [InlineData("""{"a": ["b", 2]}""", """{"a":["b",2]}""")]
    public void Read_Yaml_GivesTypes(string yaml, string json) => Assert.Equal(json, JsonText.Compact(YamlReading.Read(yaml, "the file")));

    [Fact]
    public void Read_Nested_IsRefusedBeforeTheStackEnds() =>
        Assert.Throws<CliException>(static () => YamlReading.Read(new string('[', 200) + new string(']', 200), "the file"));

    [Fact]
    public void Compare_FirewallRules_InsertsAtTheirPlaceThenDeletesFromTheEnd()
    {
        FirewallSection section = new();
        JsonElement present = YamlReading.Read("rules: [{type: in, action: ACCEPT, dport: 22, enable: 1}, {type: in, action: DROP, comment: old, enable: 1}]", "now");
        JsonElement wanted = YamlReading.Read("rules: [{type: in, action: ACCEPT, dport: 443}, {type: in, action: ACCEPT, dport: 22}]", "file");

        StateChange[] changes = [.. section.Compare(wanted, present, new StateWish(Prune: true))];

        Assert.Equal(["create", "delete"], changes.Select(static change => change.Action));
        Assert.Equal("/cluster/firewall/rules/2", changes[1].Call!.Path);
        Assert.Contains(changes[0].Call!.Parameters, static parameter => parameter is { Name: "pos", Text: "0" });
        Assert.Single(section.Compare(wanted, present, new StateWish()));
    }

    [Fact]
    public void Compare_Acl_TellsCreatedChangedAndDeleted()
    {
        AclSection section = new();
        JsonElement present = YamlReading.Read(
            "[{path: /, type: user, ugid: a@pve, roleid: PVEAdmin, propagate: true}, {path: /vms, type: group, ugid: g, roleid: X, propagate: true}]", "now");
        JsonElement wanted = YamlReading.Read(
            "[{path: /, type: user, ugid: a@pve, roleid: PVEAdmin, propagate: false}, {path: /vms, type: token, ugid: a@pve!t, roleid: PVEAuditor}]", "file");

        StateChange[] changes = [.. section.Compare(wanted, present, new StateWish(Prune: true))];

        Assert.Equal(["change", "create", "delete"], changes.Select(static change => change.Action));
        Assert.Contains(changes[1].Call!.Parameters, static parameter => parameter is { Name: "tokens", Text: "a@pve!t" });
        Assert.Throws<CliException>(
            () => section.Compare(YamlReading.Read("[{path: /, ugid: x, roleid: y, type: robot}]", "file"), present, new StateWish()).ToList());
    }

    [Fact]
    public void Compare_WithPrune_NeverDeletesTheUserWhoAsks()
    {
        CollectionSection users = CollectionSection.Users();
        JsonElement present = YamlReading.Read("[{userid: demo@pve}, {userid: other@pve}]", "now");

        StateChange[] changes = [.. users.Compare(YamlReading.Read("[]", "file"), present, new StateWish(Prune: true, User: "demo@pve"))];

        Assert.Equal(["demo@pve remark", "other@pve delete"], changes.Select(static change => $"{change.Subject} {(change.IsRemark ? "remark" : change.Action)}"));
        Assert.Null(changes[0].Call);
    }

    [Fact]
    public void Compare_NewJobWithAnIdThatTheServerMade_SaysWhichAndWhatToDo()
    {
        const string Job = "{id: 1fb5c4a2-0d6b-4a83-9a3e-0d5a5c0f7c11, schedule: daily, all: 1, storage: local}";
        CollectionSection jobs = CollectionSection.BackupJobs();

        CliException refused = Assert.Throws<CliException>(
            () => jobs.Compare(YamlReading.Read($"[{Job}]", "file"), YamlReading.Read("[]", "now"), new StateWish()).ToList());

        Assert.Equal(2, refused.Error.ExitCode);
        Assert.Contains("'backup-jobs' has '1fb5c4a2-0d6b-4a83-9a3e-0d5a5c0f7c11'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("id: id-1fb5c4a2-", refused.Error.Hint, StringComparison.Ordinal);
        Assert.Empty(jobs.Compare(YamlReading.Read($"[{Job}]", "file"), YamlReading.Read($"[{Job}]", "now"), new StateWish()));
    }

    [Theory]
    [InlineData("ostemplate: nowhere:vztmpl/nothing.tar.zst", "hostname: box, rootfs: \"local-lvm:4\"", "there is no storage 'nowhere' on pve1")]
    [InlineData("ostemplate: local-lvm:vztmpl/x.tar.zst", "hostname: box, rootfs: \"local-lvm:4\"", "the storage 'local-lvm' on pve1 takes no vztmpl, but images, rootdir")]
    [InlineData("ostemplate: local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst", "hostname: box, rootfs: \"nowhere:4\"", "there is no storage 'nowhere' on pve1")]
    [InlineData("type: qemu", "scsi0: \"nowhere:4\", scsi1: \"local-lvm:4\"", "there is no storage 'nowhere' on pve1")]
    [InlineData("type: qemu", "ide2: \"ceph:iso/a.iso,media=cdrom\"", "the storage 'ceph' on pve1 takes no iso, but images, rootdir")]
    [InlineData("clone: {source: web-1, full: true, storage: nowhere}", "cores: 1", "there is no storage 'nowhere' on pve1")]
    [InlineData("ostemplate: local:vztmpl/nothing.tar.zst", "hostname: box, rootfs: \"local-lvm:4\"", "there is no 'local:vztmpl/nothing.tar.zst' on pve1")]
    [InlineData("name: box", "memory: 512, ide2: \"local:iso/nothing.iso,media=cdrom\"", "there is no 'local:iso/nothing.iso' on pve1")]
    [InlineData("clone: debian-13-template", "ide2: \"local:iso/nothing.iso,media=cdrom\"", "there is no 'local:iso/nothing.iso' on pve1")]
    [InlineData("name: box", "scsi0: \"local-lvm:0,import-from=local:import/nothing.qcow2\"", "there is no 'local:import/nothing.qcow2' on pve1")]
    public async Task Apply_NewGuestFromAVolumeThatIsNotThere_ChangesNothing(string from, string config, string reason)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        cli.Write("state.yaml", $"prox: 1\nguests:\n- {{vmid: 106, config: {{memory: 768}}}}\n- {{vmid: 310, node: pve1, {from}, config: {{{config}}}}}\n");

        CliRun applied = await cli.LineAsync("apply -f state.yaml --yes");

        applied.FailedWithCode(6);
        Assert.Contains(reason, applied.Errors, StringComparison.Ordinal);
        Assert.Contains(reason, (await cli.LineAsync("diff -f state.yaml")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(own.Simulator.Traffic.Requests, static request => request.Method is "POST" or "PUT" && !request.Path.EndsWith("/ticket", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Diff_NewContainer_ShowsItsTemplate()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        cli.Write(
            "state.yaml",
            "prox: 1\nguests:\n- {vmid: 310, node: pve1, ostemplate: local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst, config: {hostname: box, rootfs: \"local-lvm:4\"}}\n");

        CliRun run = await cli.LineAsync("diff -f state.yaml");

        run.FailedWithCode(1);
        Assert.Contains("ostemplate", run.Output, StringComparison.Ordinal);
        Assert.Contains("debian-13-standard", run.Output, StringComparison.Ordinal);
    }
}
