using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Validation;

namespace ProxSharp.Core.Tests.Validation;

public sealed class ParameterCheckerTests
{
    private const string Missing = "property is missing and it is not optional";
    private const string Unknown = "property is not defined in schema and the schema does not allow additional properties";

    private static readonly ParameterChecker s_pve = new(RepositoryFiles.Pve);
    private static readonly ParameterChecker s_pbs = new(RepositoryFiles.Pbs);

    [Theory]
    [InlineData("net0", "virtio", null)]
    [InlineData("net31", "virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=yes", null)]
    [InlineData("net0", "model=virtio,macaddr=BC:24:11:00:00:01", null)]
    [InlineData("net0", "virtio,,bridge=vmbr0,", null)]
    [InlineData("net32", "virtio", Unknown)]
    [InlineData("net", "virtio", Unknown)]
    [InlineData("net00", "virtio", Unknown)]
    [InlineData("net01", "virtio", Unknown)]
    [InlineData("net-1", "virtio", Unknown)]
    [InlineData("net99999999999", "virtio", Unknown)]
    [InlineData("net0", "virtio=BD:24:11:00:00:01", "invalid format - format error\nnet0.macaddr: invalid format - value does not look like a valid unicast MAC address\n\n")]
    [InlineData("net0", "virtio=BC:24:11:00:00:01,e1000=BC:24:11:00:00:02", "invalid format - key alias 'model' is already defined\n")]
    [InlineData("net0", "virtio,bridge=a,bridge=b", "invalid format - duplicate key in comma-separated list property: bridge\n")]
    [InlineData("net0", "virtio,e1000", "invalid format - duplicate key in comma-separated list property: model\n")]
    [InlineData("net0", "virtio,bridge=", "invalid format - missing key in comma-separated list property\n")]
    [InlineData("net0", "virtio,=vmbr0", "invalid format - missing key in comma-separated list property\n")]
    [InlineData("net0", "virtio,tag=1.5", "invalid format - format error\nnet0.tag: type check ('integer') failed - got '1.5'\n")]
    [InlineData("net0", "virtio,tag=4095", "invalid format - format error\nnet0.tag: value must have a maximum value of 4094\n")]
    [InlineData("net0", "virtio,firewall=maybe", "invalid format - format error\nnet0.firewall: type check ('boolean') failed - got 'maybe'\n")]
    [InlineData("scsi0", "local:8,iothread=on", null)]
    [InlineData("scsi0", "none,media=cdrom", null)]
    [InlineData("scsi0", "/dev/disk/by-id/x=y", "invalid format - format error\nscsi0.file: property is missing and it is not optional\nscsi0./dev/disk/by-id/x: property is not defined in schema and the schema does not allow additional properties\n")]
    [InlineData("scsi31", "local:8", Unknown)]
    [InlineData("cores", "+2", null)]
    [InlineData("cores", "0", "value must have a minimum value of 1")]
    [InlineData("cores", " 2", "type check ('integer') failed - got ' 2'")]
    [InlineData("cores", "", "type check ('integer') failed - got ''")]
    [InlineData("cores", "٣", "type check ('integer') failed - got '٣'")]
    [InlineData("cpulimit", "1.5", null)]
    [InlineData("cpulimit", "1e1", null)]
    [InlineData("cpulimit", "129", "value must have a maximum value of 128")]
    [InlineData("cpulimit", "x", "type check ('number') failed - got 'x'")]
    [InlineData("cpulimit", "Infinity", "type check ('number') failed - got 'Infinity'")]
    [InlineData("onboot", "1", null)]
    [InlineData("onboot", "true", "type check ('boolean') failed - got 'true'")]
    [InlineData("tags", "a;b,c d", null)]
    [InlineData("tags", "a;ü", "invalid format - invalid characters in tag\n")]
    [InlineData("startup", "order=1,up=30", null)]
    [InlineData("startup", "order=x", "invalid format - unable to parse startup options\n")]
    [InlineData("boot", "order=scsi0;net0", null)]
    [InlineData("searchdomain", "example.test", null)]
    [InlineData("nameserver", "1.1.1.1 2606:4700:4700::1111", null)]
    [InlineData("nameserver", "1.1.1", null)]
    [InlineData("nameserver", "1.1.1.1 x_y", "invalid format - value does not look like a valid address: x_y\n")]
    [InlineData("sshkeys", "ssh-ed25519%20AAAA", null)]
    [InlineData("sshkeys", "ssh-ed25519 AAAA", "invalid format - invalid urlencoded string: ssh-ed25519 AAAA\n")]
    [InlineData("name", "-x", "invalid format - value does not look like a valid DNS name\n")]
    [InlineData("hotplug", "network,disk", null)]
    [InlineData("affinity", "0,5,8-11", null)]
    [InlineData("affinity", "a", "invalid format - unable to parse cpuset option\n")]
    [InlineData("unused256", "local:x", Unknown)]
    public void Check_QemuOption_ComplainsLikeTheServer(string name, string value, string? complaint)
    {
        IReadOnlyList<ParameterError> errors = Pve(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config", ("node", "pve1"), ("vmid", "100"), (name, value));

        Assert.Equal(complaint is null ? [] : [new ParameterError(name, complaint)], errors);
    }

    [Theory]
    [InlineData("source", "+dc/blocked", null)]
    [InlineData("source", "10.0.0.0/8,192.168.1.1", null)]
    [InlineData("source", "10.0.0.1-10.0.0.9", null)]
    [InlineData("source", "fe80::/10", null)]
    [InlineData("source", "guest/web", null)]
    [InlineData("source", "10.0.0.0/33", "invalid format - invalid IP address: Cannot determine IP version for 10.0.0.0/33\n")]
    [InlineData("source", "10.0.0.1,", "invalid format - extraneous commas in list\n")]
    [InlineData("source", "10.0.0.1-10.0.0.9,1.1.1.1", "invalid format - you can't use a range in a list\n")]
    [InlineData("dport", "80,443,8000:8080,https", null)]
    [InlineData("dport", "70000", "invalid format - invalid port '70000'\n")]
    [InlineData("dport", "80:22", "invalid format - backwards range '80:22' not allowed, did you mean '22:80'?\n")]
    [InlineData("dport", "80;90", "invalid format - invalid port '80;90'\n")]
    [InlineData("dport", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", "invalid format - too many entries in port list (> 15 numbers)\n")]
    [InlineData("icmp-type", "echo-request", null)]
    [InlineData("icmp-type", "a b", "invalid format - invalid icmp-type value 'a b'\n")]
    public void Check_FirewallRule_ComplainsLikeTheServer(string name, string value, string? complaint)
    {
        IReadOnlyList<ParameterError> errors = Pve(ApiMethod.Post, "/cluster/firewall/rules", ("action", "ACCEPT"), ("type", "in"), ("proto", "tcp"), (name, value));

        Assert.Equal(complaint is null ? [] : [new ParameterError(name, complaint)], errors);
    }

    [Fact]
    public void Check_ParameterThatRequiresAnother_NamesTheOther() =>
        Assert.Equal(
            [new ParameterError("privs", "missing property - 'append' requires this property")],
            Pve(ApiMethod.Put, "/access/roles/{roleid}", ("roleid", "r"), ("append", "1")));

    [Fact]
    public void Check_TwoParametersThatRequireTheSame_JoinsTheComplaints()
    {
        IReadOnlyList<ParameterError> errors = Pve(
            ApiMethod.Post, "/cluster/backup", ("all", "1"), ("notes-template", "x"), ("protected", "1"));

        ParameterError error = Assert.Single(errors);
        Assert.Equal("storage", error.Parameter);
        Assert.Equal(@"missing property - 'notes-template' requires this property\nmissing property - 'protected' requires this property", error.Text);
    }

    [Fact]
    public void Check_RequiredParametersMissing_NamesEachOfThem()
    {
        IReadOnlyList<ParameterError> errors = Pve(ApiMethod.Post, "/nodes/{node}/lxc", ("node", "pve1"));

        Assert.Equal([new ParameterError("ostemplate", Missing), new ParameterError("vmid", Missing)], errors.OrderBy(static e => e.Parameter));
    }

    [Fact]
    public void Check_OptionalPathParameterMissing_IsNamed() =>
        Assert.Equal([new ParameterError("name", Missing)], Pve(ApiMethod.Get, "/cluster/acme/account/{name}"));

    [Fact]
    public void Check_PathParameterRepeatedWithOtherValue_IsTheOnlyComplaint() =>
        Assert.Equal(
            [new ParameterError("vmid", "duplicate parameter (already defined in URI) with conflicting values!")],
            Pve(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config", ("node", "pve1"), ("vmid", "100"), ("vmid", "101"), ("bogus", "1")));

    [Fact]
    public void Check_PathParameterRepeatedWithSameValue_IsFine() =>
        Assert.Empty(Pve(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config", ("node", "pve1"), ("vmid", "100"), ("vmid", "100")));

    [Fact]
    public void Check_ScalarGivenTwice_IsAnArray() =>
        Assert.Equal(
            [new ParameterError("limit", "type check ('integer') failed - got ARRAY")],
            Pve(ApiMethod.Get, "/nodes/{node}/tasks", ("node", "pve1"), ("limit", "1"), ("limit", "2")));

    [Fact]
    public void Check_ListFormatGivenTwice_IsJoined() =>
        Assert.Empty(Pve(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config", ("node", "pve1"), ("vmid", "100"), ("delete", "net0"), ("delete", "net1")));

    [Fact]
    public void Check_ListFormatWithBadItem_IsRefused() =>
        Assert.Equal(
            [new ParameterError("delete", "invalid format - invalid configuration ID '9'\n")],
            Pve(ApiMethod.Put, "/nodes/{node}/qemu/{vmid}/config", ("node", "pve1"), ("vmid", "100"), ("delete", "net0,9;net1")));

    [Fact]
    public void Check_ArrayItem_IsNamedByItsPlace()
    {
        IReadOnlyList<ParameterError> errors = Pve(
            ApiMethod.Post, "/cluster/bulk-action/guest/start", ("vms", "100"), ("vms", "5"), ("vms", "x"));

        Assert.Equal(["vms[1]", "vms[2]"], errors.Select(static e => e.Parameter));
        Assert.Equal("type check ('integer') failed - got 'x'", errors[1].Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    public void Check_SingleFalseValueForArray_IsNoArray(string value) =>
        Assert.Equal([new ParameterError("vms", "type check ('array') failed")], Pve(ApiMethod.Post, "/cluster/bulk-action/guest/start", ("vms", value)));

    [Fact]
    public void Check_VariantChosen_AppliesItsParameters()
    {
        Assert.Empty(Pve(ApiMethod.Post, "/cluster/ha/rules", ("rule", "r1"), ("type", "node-affinity"), ("resources", "vm:100"), ("nodes", "pve1:2,pve2")));
        Assert.Equal(
            [new ParameterError("affinity", Missing), new ParameterError("nodes", Unknown)],
            Pve(ApiMethod.Post, "/cluster/ha/rules", ("rule", "r1"), ("type", "resource-affinity"), ("resources", "vm:100"), ("nodes", "pve1"))
                .OrderBy(static e => e.Parameter));
    }

    [Fact]
    public void Check_VariantNotChosen_AsksForTheChoiceOnly() =>
        Assert.Equal([new ParameterError("type", Missing)], Pve(ApiMethod.Post, "/cluster/ha/rules", ("rule", "r1"), ("resources", "vm:100")));

    [Fact]
    public void Check_FormChosenByAnotherParameter_UsesThatForm()
    {
        (string, string)[] common = [("id", "fab1"), ("digest", "x")];
        Assert.Empty(Pve(ApiMethod.Put, "/cluster/sdn/fabrics/fabric/{id}", [.. common, ("protocol", "openfabric"), ("delete", "ip_prefix"), ("delete", "hello_interval")]));
        ParameterError error = Assert.Single(Pve(ApiMethod.Put, "/cluster/sdn/fabrics/fabric/{id}", [.. common, ("protocol", "ospf"), ("delete", "csnp_interval")]));
        Assert.Equal("delete[0]", error.Parameter);
        Assert.StartsWith("value 'csnp_interval' does not have a value in the enumeration '", error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_EndpointThatTakesAnything_KnowsNoUnknownParameter() =>
        Assert.Empty(Pve(ApiMethod.Get, "/nodes/{node}/qemu/{vmid}/agent", ("node", "pve1"), ("vmid", "100"), ("whatever", "1")));

    [Fact]
    public void Check_UploadWithoutFileName_IsFine() =>
        Assert.Empty(Pve(ApiMethod.Post, "/nodes/{node}/storage/{storage}/upload", ("node", "pve1"), ("storage", "local"), ("content", "iso")));

    [Theory]
    [InlineData("daily", true)]
    [InlineData("mon..fri 8:00", true)]
    [InlineData("sat,sun *:0/15", true)]
    [InlineData("*-*-01 00:00", true)]
    [InlineData("Wednesday 22:30 UTC", true)]
    [InlineData("22:30", true)]
    [InlineData("foo bar", false)]
    [InlineData("", false)]
    public void Check_CalendarEvent_IsReadLikeSystemd(string value, bool fits) =>
        Assert.Equal(fits, Pve(ApiMethod.Post, "/cluster/backup", ("schedule", value), ("all", "1")).Count == 0);

    [Theory]
    [InlineData("user-classes", "inetorgperson,posixaccount,person,user")]
    [InlineData("sync-defaults-options", "enable-new=true,remove-vanished=acl;entry;properties")]
    [InlineData("sync-defaults-options", "remove-vanished=entry")]
    public void Check_PbsListInsideAText_MayHaveSeveralItems(string name, string value) =>
        Assert.Empty(Check(s_pbs, ApiMethod.Put, "/config/access/ldap/{realm}", ("realm", "corp"), (name, value)));

    [Fact]
    public void Check_PbsQuotedValue_MayHoldCommas() =>
        Assert.Empty(Check(s_pbs, ApiMethod.Put, "/config/datastore/{name}", ("name", "store1"), ("maintenance-mode", "type=offline,message=\"down, back at 10\"")));

    [Theory]
    [InlineData("verify-new", "yes", null)]
    [InlineData("verify-new", "maybe", "Unable to parse boolean option.")]
    [InlineData("name", "ab", "value must be at least 3 characters long")]
    [InlineData("keep-last", "0", "value must have a minimum value of 1 (got 0)")]
    [InlineData("keep-last", "x", "invalid digit found in string")]
    [InlineData("keep-last", "", "cannot parse integer from empty string")]
    [InlineData("keep-last", "99999999999999999999", "number too large to fit in target type")]
    [InlineData("notify", "gc=always,verify=error", null)]
    [InlineData("notify", "gc=sometimes", "parameter verification failed - 'gc': value 'sometimes' is not defined in the enumeration.")]
    [InlineData("bogus", "1", "schema does not allow additional properties.")]
    public void Check_PbsOption_ComplainsLikeTheServer(string name, string value, string? complaint)
    {
        List<(string, string)> parameters = [("path", "/srv/store"), (name, value)];
        if (name != "name")
        {
            parameters.Add(("name", "store1"));
        }

        IReadOnlyList<ParameterError> errors = Check(s_pbs, ApiMethod.Post, "/config/datastore", [.. parameters]);

        Assert.Equal(complaint is null ? [] : [new ParameterError(name, complaint)], errors);
    }

    [Fact]
    public void Check_PbsScalarGivenTwice_IsADuplicate() =>
        Assert.Equal(
            [new ParameterError("limit", "duplicate parameter.")],
            Check(s_pbs, ApiMethod.Get, "/nodes/{node}/tasks", ("node", "localhost"), ("limit", "1"), ("limit", "2")));

    [Fact]
    public void Check_PbsDeleteArray_ChecksEachItem() =>
        Assert.Equal(
            [new ParameterError("delete", "value 'nope' is not defined in the enumeration.")],
            Check(s_pbs, ApiMethod.Put, "/access/users/{userid}", ("userid", "a@pbs"), ("delete", "comment"), ("delete", "nope")));

    [Fact]
    public void Check_PbsMissingBesideFaults_IsReportedOnlyToPeople()
    {
        ApiEndpoint endpoint = RepositoryFiles.Pbs.Find(ApiMethod.Post, "/config/datastore")!;
        ApiParameters parameters = new();
        parameters.Add("keep-last", "0");

        Assert.Equal(["keep-last"], s_pbs.Check(endpoint, parameters).Select(static e => e.Parameter));
        ProxmoxValidationException exception = Assert.Throws<ProxmoxValidationException>(() => new ParameterValidator(RepositoryFiles.Pbs).Validate(endpoint, parameters));
        Assert.Equal(["keep-last", "name", "path"], exception.ParameterErrors.Keys.Order());
    }

    [Fact]
    public void Check_ThousandItems_IsFastEnough()
    {
        ApiParameters parameters = new();
        parameters.AddList("vms", Enumerable.Range(100, 2000).Select(static id => (long)id));

        Assert.Empty(s_pve.Check(RepositoryFiles.Pve.Find(ApiMethod.Post, "/cluster/bulk-action/guest/start")!, parameters));
    }

    private static IReadOnlyList<ParameterError> Pve(ApiMethod method, string path, params (string Name, string Value)[] given) =>
        Check(s_pve, method, path, given);

    private static IReadOnlyList<ParameterError> Check(ParameterChecker checker, ApiMethod method, string path, params (string Name, string Value)[] given)
    {
        ApiParameters parameters = new();
        foreach ((string name, string value) in given)
        {
            parameters.Add(name, value);
        }

        return checker.Check(checker.Schema.Find(method, path)!, parameters);
    }
}
