using ProxSharp.Ids;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Pbs.Tests.Backups;

/// <summary>Namespaces: life, lists, moves.</summary>
public sealed class NamespaceTests(PbsServer server) : IClassFixture<PbsServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "18")]
    public async Task Namespace_Life_IsCreatedListedAndDeletedWithWhatIsBelow(bool sync)
    {
        string name = $"proxsharp-test-{(sync ? "sync" : "async")}-{Environment.ProcessId}";
        DatastoreNamespaceCollection all = server.Store.Namespaces;
        if (sync)
        {
            all[name].Create(Token);
            all[name].Create(Token); // It is there already, which is no error.
            all[$"{name}/below"].Create(Token);
        }
        else
        {
            await all[name].CreateAsync(Token);
            await all[name].CreateAsync(Token); // It is there already, which is no error.
            await all[$"{name}/below"].CreateAsync(Token);
        }

        BackupNamespace parent = BackupNamespace.Parse(name);
        IReadOnlyList<NamespaceInfo> deep = sync ? all.List(parent, cancellationToken: Token) : await all.ListAsync(parent, cancellationToken: Token);
        Assert.Equal([name, $"{name}/below"], deep.Select(static ns => ns.Namespace.ToString()).Order(StringComparer.Ordinal));
        IReadOnlyList<NamespaceInfo> flat = sync ? all.List(parent, 0, Token) : await all.ListAsync(parent, 0, Token);
        Assert.Equal([parent], flat.Select(static ns => ns.Namespace));
        Assert.Empty(sync ? all[name].Groups.List(Token) : await all[name].Groups.ListAsync(Token));
        Assert.Empty(sync ? all[name].Snapshots.List(null, Token) : await all[name].Snapshots.ListAsync(null, Token));

        await (sync ? Task.Run(() => all[name].Delete(deleteGroups: true, cancellationToken: Token), Token) : all[name].DeleteAsync(deleteGroups: true, cancellationToken: Token));
        Assert.DoesNotContain(await all.ListAsync(cancellationToken: Token), ns => ns.Namespace.ToString().StartsWith(name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_WholeDatastore_HasTheRoot(bool sync)
    {
        IReadOnlyList<NamespaceInfo> all = sync ? server.Store.Namespaces.List(cancellationToken: Token) : await server.Store.Namespaces.ListAsync(cancellationToken: Token);
        Assert.Contains(all, static ns => ns.Namespace.IsRoot);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_NamesThatCannotBeRead_AreLeftOut(bool sync)
    {
        using StubPbs stub = new("""[{"ns":""},{"ns":"a b"},{"ns":"a","comment":"first"}]""");
        IReadOnlyList<NamespaceInfo> all = await stub.RunAsync(
            sync, () => stub.Store.Namespaces.List(cancellationToken: Token), () => stub.Store.Namespaces.ListAsync(cancellationToken: Token));
        Assert.Equal([new(BackupNamespace.Root, null), new(BackupNamespace.Parse("a"), "first")], all);
        Assert.Equal("GET /admin/datastore/store1/namespace", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delete_WithoutGroups_SaysNothingAboutThem(bool sync)
    {
        using StubPbs stub = new("null");
        DatastoreNamespace ns = stub.Store.Namespaces["a/b"];
        await stub.RunAsync(sync, () => ns.Delete(cancellationToken: Token), () => ns.DeleteAsync(cancellationToken: Token));
        Assert.Equal("DELETE /admin/datastore/store1/namespace ns=a/b", stub.LastCall);
        await stub.RunAsync(sync, () => ns.Delete(true, false, Token), () => ns.DeleteAsync(true, false, Token));
        Assert.Equal("DELETE /admin/datastore/store1/namespace delete-groups=true error-on-protected=false ns=a/b", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_BelowAnother_SplitsTheName(bool sync)
    {
        using StubPbs stub = new("\"a/b/c\"");
        await stub.RunAsync(sync, () => stub.Store.Namespaces["a/b/c"].Create(Token), () => stub.Store.Namespaces["a/b/c"].CreateAsync(Token));
        Assert.Equal("POST /admin/datastore/store1/namespace name=c parent=a/b", stub.LastCall);
        await stub.RunAsync(sync, () => stub.Store.Namespaces["a"].Create(Token), () => stub.Store.Namespaces["a"].CreateAsync(Token));
        Assert.Equal("POST /admin/datastore/store1/namespace name=a", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CreateDeleteMove_OfTheRoot_AreRefused(bool sync)
    {
        using StubPbs stub = new("null");
        DatastoreNamespace root = stub.Store.Namespaces[BackupNamespace.Root];
        await Assert.ThrowsAsync<InvalidOperationException>(() => stub.RunAsync(sync, () => root.Create(Token), () => root.CreateAsync(Token)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => stub.RunAsync(sync, () => root.Delete(cancellationToken: Token), () => root.DeleteAsync(cancellationToken: Token)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => stub.RunAsync(sync, () => root.MoveTo(default, null, Token), () => root.MoveToAsync(default, null, Token)));
        Assert.Empty(stub.Handler.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MoveTo_AnotherPlace_StartsATask(bool sync)
    {
        using StubPbs stub = new($"\"{StubPbs.TaskId.Replace(@"\", @"\\", StringComparison.Ordinal)}\"");
        DatastoreNamespace ns = stub.Store.Namespaces["a/b"];
        await stub.RunAsync(sync, () => ns.MoveTo(BackupNamespace.Parse("c"), true, Token), () => ns.MoveToAsync(BackupNamespace.Parse("c"), true, Token));
        Assert.Equal("POST /admin/datastore/store1/move-namespace merge-groups=true ns=a/b target-ns=c", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Verify_OfANamespace_SendsTheOptions(bool sync)
    {
        using StubPbs stub = new($"\"{StubPbs.TaskId.Replace(@"\", @"\\", StringComparison.Ordinal)}\"");
        VerifyOptions options = new() { IgnoreVerified = true, OutdatedAfterDays = 30, MaxDepth = 2 };
        await stub.RunAsync(sync, () => stub.Store.Namespaces["a/b"].Verify(options, Token), () => stub.Store.Namespaces["a/b"].VerifyAsync(options, Token));
        Assert.Equal("POST /admin/datastore/store1/verify ignore-verified=true max-depth=2 ns=a/b outdated-after=30", stub.LastCall);
        await stub.RunAsync(sync, () => stub.Store.Verify(null, Token), () => stub.Store.VerifyAsync(null, Token));
        Assert.Equal("POST /admin/datastore/store1/verify", stub.LastCall);
    }
}
