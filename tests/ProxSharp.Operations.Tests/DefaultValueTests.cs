using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Tests;

/// <summary>What a call leaves out is what the server takes for it: saying the default, leaving the parameter out, or deleting it makes a call no better or worse.</summary>
public sealed class DefaultValueTests
{
    // Not the default holds where the parameter is absent, but something that the state of the server tells.
    private static readonly Dictionary<string, string> s_elsewhere = new(StringComparer.Ordinal)
    {
        ["POST /cluster/backup remove"] = "whether anything is removed follows from the rule of the storage, which a plan reads",
        ["POST /nodes/{node}/vzdump remove"] = "whether anything is removed follows from the rule of the storage, which a plan reads",
        ["POST /nodes/{node}/lxc protection"] = "counts for restores alone, and the backup says it where the call does not",
        ["POST /nodes/{node}/qemu protection"] = "counts for restores alone, and the backup says it where the call does not",
    };

    [Theory]
    [MemberData(nameof(CatalogueTests.Products), MemberType = typeof(CatalogueTests))]
    public void RaiseByAValue_OfACallThatMakesOrRemoves_HoldsWithoutTheParameterWhereTheDefaultIsThatValue(ProxmoxProduct product)
    {
        int examined = 0;
        HashSet<string> unused = [.. s_elsewhere.Keys];
        foreach ((OperationEntry entry, ClassRaise raise, ApiNode node) in Raises(product).Where(static item => !Changes(item.Entry)))
        {
            examined++;
            bool isElsewhere = unused.Remove($"{entry} {raise.Parameter}");
            bool isDefault = !isElsewhere && node.IsOptional && Default(node) is { } usual && raise.Applies(With(raise, usual));
            Assert.True(isDefault == raise.IsDefault, $"{entry}: {raise.Parameter} has the default '{Default(node)}', and its absence {(raise.IsDefault ? "counts" : "does not count")}.");
            Assert.Equal(raise.IsDefault, raise.Applies([]));
        }

        Assert.True(examined >= (product == ProxmoxProduct.BackupServer ? 5 : 30), $"{examined} raises");
        Assert.Equal(product == ProxmoxProduct.BackupServer ? s_elsewhere.Count : 0, unused.Count);
    }

    [Theory]
    [MemberData(nameof(CatalogueTests.Products), MemberType = typeof(CatalogueTests))]
    public void Raise_OfACallThatChanges_DoesNotHoldWithoutTheParameter(ProxmoxProduct product) =>
        Assert.All(Raises(product).Where(static item => Changes(item.Entry)), static item => Assert.False(item.Raise.IsDefault, item.Entry.ToString()));

    [Theory]
    [MemberData(nameof(CatalogueTests.Products), MemberType = typeof(CatalogueTests))]
    public void Deletion_OfAParameter_IsAsBadAsSettingItToItsDefault(ProxmoxProduct product)
    {
        int examined = 0;
        foreach (OperationEntry entry in OperationCatalogue.For(product).Entries)
        {
            IReadOnlyDictionary<string, ApiNode> parameters = CatalogueTests.SchemaOf(product).Find(entry.Method, entry.Path)!.Parameters;
            foreach ((string name, ApiNode node) in parameters.Where(pair => parameters.ContainsKey("delete") && pair.Value.IsOptional && Default(pair.Value) is not null))
            {
                examined++;
                OperationClass set = entry.ClassOf(new ApiParameters { { name, Default(node) } });
                OperationClass deleted = entry.ClassOf(new ApiParameters { { "delete", name } });
                Assert.True(deleted >= set, $"{entry}: {name}={Default(node)} is {set}, and delete={name} is {deleted}.");
            }
        }

        Assert.True(examined >= 50, $"{examined} parameters");
    }

    [Theory]
    [InlineData("POST", "/nodes/{node}/lxc", "vmid=400", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/lxc", "vmid=400 unprivileged=1", OperationClass.Reversible)]
    [InlineData("POST", "/nodes/{node}/lxc", "vmid=400 restore=1", OperationClass.Reversible)]
    [InlineData("POST", "/nodes/{node}/lxc", "vmid=400 restore=0", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/lxc", "vmid=400 restore=maybe", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/lxc", "vmid=400 restore=1 unprivileged=0", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/lxc", "vmid=400 unprivileged=1 protection=0", OperationClass.Reversible)]
    [InlineData("POST", "/nodes/{node}/lxc", "vmid=400 unprivileged=1 restore=1 protection=0", OperationClass.Privileged)]
    [InlineData("POST", "/nodes/{node}/qemu", "vmid=400 protection=0", OperationClass.Reversible)]
    [InlineData("POST", "/nodes/{node}/qemu", "vmid=400 archive=local:backup/x protection=0", OperationClass.Privileged)]
    [InlineData("DELETE", "/cluster/ha/resources/{sid}", "", OperationClass.Destructive)]
    [InlineData("DELETE", "/cluster/ha/resources/{sid}", "purge=1", OperationClass.Destructive)]
    [InlineData("DELETE", "/cluster/ha/resources/{sid}", "purge=0", OperationClass.Disruptive)]
    [InlineData("PUT", "/cluster/backup/{id}", "delete=lockwait", OperationClass.Disruptive)]
    [InlineData("PUT", "/cluster/backup/{id}", "delete=fleecing", OperationClass.Disruptive)]
    [InlineData("PUT", "/cluster/backup/{id}", "delete=comment", OperationClass.Reversible)]
    public void ClassOf_CallThatLeavesSomethingToTheServer_IsThatOfTheDefault(string method, string path, string parameters, OperationClass expected)
    {
        Assert.True(ApiMethods.TryParse(method, out ApiMethod verb));
        OperationEntry entry = OperationCatalogue.For(ProxmoxProduct.VirtualEnvironment).Find(verb, path);
        Assert.Equal(expected, entry.ClassOf(TextPlans.Parameters(parameters)));
    }

    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive"]},{"classes":["destructive"]}],"limits":{"targetsPerPlan":50},
         "approval":{"disruptive":"none","destructive":"none"}}
        """;

    [Fact]
    public async Task Restore_OfAContainer_IsAsPrivilegedAsTheBackup()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Assert.Equal(OperationClass.Reversible, await ClassOfRestoreAsync(cluster, 200));
        await cluster.Other.Raw.PutAsync("/nodes/pve1/lxc/200/config", TextPlans.Parameters("delete=unprivileged"));
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(() => ClassOfRestoreAsync(cluster, 200));
        Assert.Equal("policy", refusal.Reason);
        Assert.EndsWith("Without unprivileged=1 the container is privileged where that of the backup was.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewContainer_WithoutUnprivileged_IsRefusedWithTheReason()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        const string parameters = "vmid=400 ostemplate=local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst";
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(
            () => TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/lxc", parameters));
        Assert.EndsWith("Without unprivileged=1 the container is privileged.", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(OperationClass.Reversible, (await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/lxc", $"{parameters} unprivileged=1")).Class);
    }

    [Theory]
    [InlineData("", OperationClass.Destructive, 0)]
    [InlineData("purge=0", OperationClass.Disruptive, 1)]
    public async Task RemovalFromHighAvailability_IsTakenBackOnlyIfTheRulesKeepIt(string parameters, OperationClass expected, int ways)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PostAsync("/cluster/ha/resources", TextPlans.Parameters("sid=vm:106"));
        Plan plan = await TextPlans.PlanAsync(cluster, "DELETE", "/cluster/ha/resources/vm%3A106", parameters);
        Assert.Equal((expected, ways), (plan.Class, plan.Undo.Count));
    }

    [Fact]
    public async Task Addition_ToHighAvailability_IsTakenBackWithoutTheRulesThatCameLater()
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        Plan plan = await TextPlans.PlanAsync(cluster, "POST", "/cluster/ha/resources", "sid=vm:106");
        Assert.Equal(["DELETE /cluster/ha/resources/vm%3A106 purge=0", "POST /nodes/pve1/qemu/106/status/stop"], plan.Undo.Select(static back => back.ToString()));
        Assert.Equal(OperationClass.Disruptive, plan.Undo[0].Class);
        Assert.Contains("state asked of high availability started", string.Join(' ', plan.Consequences), StringComparison.Ordinal);
    }

    private static async Task<OperationClass> ClassOfRestoreAsync(GuardedCluster cluster, int vmid)
    {
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync("/nodes/pve1/vzdump", new ApiParameters { { "vmid", vmid }, { "storage", "local" } }));
        string backup = (await cluster.Other.Raw.GetAsync("/nodes/pve1/storage/local/content", TextPlans.Parameters($"content=backup vmid={vmid}"))).Data
            .EnumerateArray().Last().Text("volid")!;
        return (await TextPlans.PlanAsync(cluster, "POST", "/nodes/pve1/lxc", $"vmid=401 restore=1 unique=1 ostemplate={backup}")).Class;
    }

    private static ApiParameters With(ClassRaise raise, string value) =>
        raise.With is { } other ? new ApiParameters { { raise.Parameter, value }, { other, "1" } } : new ApiParameters { { raise.Parameter, value } };

    // A switch that says nothing of it is off.
    private static string? Default(ApiNode node) => node.Default ?? (node.Type == ApiValueType.Boolean ? "0" : null);

    // What is not said there stays as it is.
    private static bool Changes(OperationEntry entry) => entry.Method == ApiMethod.Put || entry.Path == "/nodes/{node}/qemu/{vmid}/config";

    private static IEnumerable<(OperationEntry Entry, ClassRaise Raise, ApiNode Node)> Raises(ProxmoxProduct product) =>
        from entry in OperationCatalogue.For(product).Entries
        from raise in entry.Raises
        where raise.Switch is not null || raise.Item is not null
        from parameter in CatalogueTests.SchemaOf(product).Find(entry.Method, entry.Path)!.Parameters
        where parameter.Key == raise.Parameter.TrimEnd('*')
        select (entry, raise, parameter.Value);
}
