using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Schema;
using ProxSharp.Testing;
using ProxSharp.Validation;

namespace ProxSharp.Operations.Tests;

/// <summary>The values that a way back sets are those of what the call changes, and not those of what it is a part of.</summary>
public sealed class UndoSourceTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["reversible","disruptive","destructive"]}],"approval":{"disruptive":"none"}}
        """;
    private const string From = "read-from";

    // Names, numbers and addresses: each path parameter takes one of them.
    private static readonly string[] s_values =
        ["100", "a100", Guid.Empty.ToString(), "vm:100", "100-0", "10.0.0.0/8", "z-10.0.0.0-8", "local:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma"];

    [Theory]
    [MemberData(nameof(CatalogueTests.Products), MemberType = typeof(CatalogueTests))]
    public async Task Before_OfEveryCallThatRestores_IsReadFromItsOwnPath(ProxmoxProduct product)
    {
        ApiSchema schema = CatalogueTests.SchemaOf(product);
        int examined = 0;
        foreach (OperationEntry entry in OperationCatalogue.For(product).Entries.Where(static entry => entry.Undo is "restore-before" or "recreate"))
        {
            // What answers with a list, or a word, cannot be set again value by value: no way back is promised there.
            bool isShown = schema.Find(ApiMethod.Get, entry.Path) is { Returns.Type: ApiValueType.Object or ApiValueType.Any } own
                && (entry.Method != ApiMethod.Post || own.Returns.Type == ApiValueType.Object)
                && OperationCatalogue.For(product).Find(ApiMethod.Get, entry.Path).Class == OperationClass.Read;
            PlannedCall call = Call(schema, entry);
            StubHandler server = new(request => Answer(schema, entry, request));
            using ProxmoxClient client = DoorClient.Open(product, server, out Door door);
            IReadOnlyList<PlanTarget> targets = await new TargetReader(client, door).ReadAsync(call, new NewGuests(), 50, TestContext.Current.CancellationToken);
            JsonElement before = UndoBuilder.Before(call, targets);
            if (isShown)
            {
                examined++;
                Assert.True(before.ValueKind == JsonValueKind.Object, $"{entry}: nothing was read of it");
                Assert.Equal(call.ConcretePath, before.Text(From));
            }
            else
            {
                Assert.True(before.ValueKind == JsonValueKind.Undefined || before.Text(From) is null || before.Text(From) == call.ConcretePath, $"{entry}: read from {before.Text(From)}");
            }
        }

        Assert.True(examined >= 20, $"{examined} calls");
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu/106")]
    [InlineData("/nodes/pve2/lxc/203")]
    public async Task Snapshot_WhoseDescriptionWasChanged_GetsItsOwnBack(string guest)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.Other.Raw.PutAsync($"{guest}/config", TextPlans.Parameters("description=of-the-guest"));
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{guest}/snapshot", TextPlans.Parameters("snapname=s0 description=of-the-snapshot")));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", $"{guest}/snapshot/s0/config", "description=new");
        Assert.Equal($"PUT {guest}/snapshot/s0/config description=of-the-snapshot", Assert.Single(plan.Undo).ToString());
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete);
        Assert.Equal("new", await DescriptionAsync(cluster, guest));
        Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Id)).IsComplete);
        Assert.Equal("of-the-snapshot", await DescriptionAsync(cluster, guest));
    }

    [Fact]
    public async Task Snapshot_WhoseDescriptionSomebodyElseHasChangedSince_IsNotOverwritten()
    {
        const string guest = "/nodes/pve1/qemu/106";
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await cluster.DoneAsync(await cluster.Other.Raw.PostAsync($"{guest}/snapshot", TextPlans.Parameters("snapname=s0 description=old")));
        Plan plan = await TextPlans.PlanAsync(cluster, "PUT", $"{guest}/snapshot/s0/config", "description=new");
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        await cluster.Other.Raw.PutAsync($"{guest}/snapshot/s0/config", TextPlans.Parameters("description=theirs"));
        Assert.Equal("changed", await cluster.RefusedAsync(() => cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)));
    }

    [Theory]
    [InlineData("/cluster/firewall")]
    [InlineData("/nodes/pve1/qemu/106/firewall")]
    public async Task SetOfAddresses_ComesBackWithItsComment_IfItHadNoMembers(string firewall)
    {
        await using GuardedCluster cluster = await GuardedCluster.StartAsync(Policy);
        await using (PveClient root = cluster.OpenRoot())
        {
            await root.Raw.PutAsync("/access/acl", TextPlans.Parameters($"path=/ roles=Administrator users=demo@pve tokens={Simulator.Scenarios.DefaultCluster.TokenId}"));
        }

        await cluster.Other.Raw.PostAsync($"{firewall}/ipset", TextPlans.Parameters("name=s1 comment=doors"));
        await cluster.Other.Raw.PostAsync($"{firewall}/ipset", TextPlans.Parameters("name=s2 comment=gates"));
        await cluster.Other.Raw.PostAsync($"{firewall}/ipset/s2", TextPlans.Parameters("cidr=10.1.0.0/16"));

        Plan lost = await TextPlans.PlanAsync(cluster, "DELETE", $"{firewall}/ipset/s2", "force=1");
        Assert.Empty(lost.Undo);
        Assert.Equal(OperationClass.Destructive, lost.Class);

        Plan plan = await TextPlans.PlanAsync(cluster, "DELETE", $"{firewall}/ipset/s1", "");
        Assert.Equal($"POST {firewall}/ipset name=s1 comment=doors", Assert.Single(plan.Undo).ToString());
        ApplyResult done = await cluster.Guard.ApplyAsync(plan.Id);
        Assert.True(done.IsComplete);
        Assert.True((await cluster.Guard.ApplyAsync((await cluster.Guard.PlanUndoAsync(done.Steps[0].LedgerNumber)).Id)).IsComplete);
        JsonElement sets = (await cluster.Other.Raw.GetAsync($"{firewall}/ipset")).Data;
        Assert.Equal("doors", sets.EnumerateArray().Single(static set => set.Text("name") == "s1").Text("comment"));
    }

    private static async Task<string?> DescriptionAsync(GuardedCluster cluster, string guest) =>
        (await cluster.Other.Raw.GetAsync($"{guest}/snapshot/s0/config")).Data.Text("description")?.TrimEnd('\n');

    private static string Value(ApiSchema schema, ApiEndpoint endpoint, string name) =>
        (endpoint.Parameters[name].Enumeration ?? []).Concat(s_values).First(value => !Refused(schema, endpoint, name, value));

    private static bool Refused(ApiSchema schema, ApiEndpoint endpoint, string name, string value)
    {
        Exception? refusal = Record.Exception(() => new ParameterValidator(schema).Validate(endpoint, new ApiParameters().WithPath(name, value)));
        return refusal is ProxmoxValidationException invalid && invalid.ParameterErrors.ContainsKey(name);
    }

    private static PlannedCall Call(ApiSchema schema, OperationEntry entry)
    {
        ApiParameters parameters = [];
        foreach (string segment in entry.Path.Split('/').Where(static segment => segment.StartsWith('{')))
        {
            string name = segment[1..^1];
            parameters.WithPath(name, Value(schema, schema.Find(ApiMethod.Get, entry.Path) ?? schema.Find(entry.Method, entry.Path)!, name));
        }

        // What is needed to tell whom it is about.
        foreach ((string name, string value) in new[] { ("vmid", "100"), ("backup-type", "vm"), ("backup-id", "100"), ("backup-time", "100") })
        {
            if (parameters.Find(name) is null && schema.Find(entry.Method, entry.Path)!.Parameters.ContainsKey(name))
            {
                parameters.Add(name, value);
            }
        }

        return new PlannedCall(entry.Method, entry.Path, parameters, ClassSet.Of(entry.Class));
    }

    // Each path says of itself that it was read; what is no object is empty.
    private static HttpResponseMessage Answer(ApiSchema schema, OperationEntry entry, StubCall request)
    {
        string path = request.Target.Split('?')[0]["/api2/json".Length..];
        if (path.EndsWith("/snapshots", StringComparison.Ordinal))
        {
            return StubHandler.Json("""{"data":[{"backup-type":"vm","backup-id":"100","backup-time":100}]}""");
        }

        if (path.EndsWith("/snapshot", StringComparison.Ordinal))
        {
            return StubHandler.Json("""{"data":[{"name":"a100","snaptime":100}]}""");
        }

        string type = entry.Path.Contains("/lxc/", StringComparison.Ordinal) ? "lxc" : "qemu";
        bool isList = schema.TryMatch(ApiMethod.Get, path, out ApiMatch? match) && match.Endpoint.Returns.Type == ApiValueType.Array;
        return StubHandler.Json(path == "/cluster/resources" ? $$"""{"data":[{"vmid":100,"type":"{{type}}","node":"100"}]}"""
            : isList ? """{"data":[]}"""
            : $$$"""{"data":{"{{{From}}}":"{{{path}}}"}}""");
    }
}
