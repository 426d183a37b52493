using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Pbs.Api;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Backups;

/// <summary><c>prox backup status</c>, <c>garbage-collect</c> and <c>version</c>: the datastore as a whole, by the words of the official client.</summary>
internal static class StoreVerbs
{
    private const string Collect = "/admin/datastore/{store}/gc";

    private static readonly ResultShape s_status = BackupJson.Shape("store", "store", "total", "used", "avail", "used-percent") with
    {
        Renderers = new Dictionary<string, string>(StringComparer.Ordinal) { ["total"] = "bytes", ["used"] = "bytes", ["avail"] = "bytes" },
    };

    private static readonly ResultShape s_version = BackupJson.Shape("client", "client", "server");

    /// <summary>Makes <c>status</c>.</summary>
    public static Verb Status(RepositoryOptions repository) => new(
        "status",
        "Show size and use of the datastore.",
        VerbClass.Read,
        (run, token) => Watching.RunAsync(run, watched => ShowAsync(run, repository, watched), token))
    {
        Calls = ["GET /admin/datastore/{store}/status"],
        Options = repository.All,
        Traits = VerbTraits.Watch,
        Examples =
        [
            new("backup status --repository backup@pbs!ci@pbs1:store1", "of a repository"),
            new("backup status --datastore store1 -o json", "of a datastore of the context, for a program"),
        ],
    };

    /// <summary>Makes <c>garbage-collect</c>.</summary>
    public static Verb GarbageCollect(RepositoryOptions repository) => new(
        "garbage-collect", "Free the space of chunks that no snapshot uses.", VerbClass.Change, (run, token) => CollectAsync(run, repository, token))
    {
        Calls = [$"POST {Collect}"],
        Options = repository.All,
        Traits = VerbTraits.DryRun | VerbTraits.Waits,
        Examples =
        [
            new("backup garbage-collect --repository backup@pbs!ci@pbs1:store1", "wait for the end"),
            new("backup garbage-collect --datastore store1 --no-wait", "only start it"),
        ],
    };

    /// <summary>Makes <c>version</c>.</summary>
    public static Verb Version(RepositoryOptions repository) => new(
        "version",
        "Show the version of prox, and that of the server if one is named.",
        VerbClass.Read,
        (run, token) => ShowVersionAsync(run, repository, token))
    {
        Calls = ["GET /version"],
        Options = repository.All,
        Examples =
        [
            new("backup version", "of prox alone"),
            new("backup version --repository backup@pbs!ci@pbs1:store1", "of the server, too"),
        ],
    };

    private static async Task ShowAsync(VerbRun run, RepositoryOptions repository, CancellationToken cancellationToken)
    {
        BackupPlace place = await repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        AdminDatastoreStatusResult status = await place.Store.GetStatusAsync(verbose: false, cancellationToken).ConfigureAwait(false);
        run.Write(JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("store", place.Store.Name.ToString());
            json.WriteNumber("total", status.Total);
            json.WriteNumber("used", status.Used);
            json.WriteNumber("avail", status.Avail);
            if (status.Total > 0)
            {
                json.WriteNumber("used-percent", Math.Round(100.0 * status.Used / status.Total, 2));
            }

            json.WriteEndObject();
        }), s_status);
    }

    private static async Task<int> CollectAsync(VerbRun run, RepositoryOptions repository, CancellationToken cancellationToken)
    {
        BackupPlace place = await repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        ApiSchema schema = SchemaSource.Embedded(ProxmoxProduct.BackupServer);
        PlannedCall call = new(ApiMethod.Post, $"/admin/datastore/{place.Store.Name}/gc", []) { Template = Collect };
        return await new CallRunner(run, schema, schema.Find(ApiMethod.Post, Collect)!)
            .RunAsync(call, $"collect garbage of {place.Store.Name}", place.Store.Name.ToString(), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> ShowVersionAsync(VerbRun run, RepositoryOptions repository, CancellationToken cancellationToken)
    {
        VersionResult? server = null;
        if (run.IsGiven(repository.Repository) || run.IsGiven(repository.Datastore) || RepositoryOptions.ReadEnvironment(run.Command).Repository is not null)
        {
            BackupPlace place = await repository.OpenAsync(run, cancellationToken).ConfigureAwait(false);
            server = await place.Session.Pbs!.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        }

        run.Write(JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("client", ToolVersion.Text);
            if (server is not null)
            {
                json.WriteString("server", $"{server.Version}-{server.Release}");
            }

            json.WriteEndObject();
        }), s_version);
        return ExitCodes.Success;
    }
}
