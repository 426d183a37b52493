using System.CommandLine;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary><c>prox pool show</c>: a pool with what is in it.</summary>
internal static class PoolNoun
{
    private static readonly ResultShape s_pool = new() { LeadingFields = ["poolid", "comment", "members"], NameField = "poolid" };

    private static readonly ResultShape s_members = new()
    {
        LeadingFields = ["type", "vmid", "storage", "name", "node", "status"],
        TableFields = ["type", "vmid", "storage", "name", "node", "status"],
        NameField = "id",
    };

    /// <summary>Makes the verb.</summary>
    public static Verb Show()
    {
        Argument<string> pool = new("poolid") { Description = "The pool; those within others with all names: production/web" };
        return new Verb("show", "Show a pool: its comment, and the guests and storages in it.", VerbClass.Read, (run, cancellationToken) =>
            Watching.RunAsync(run, token => RunAsync(run, run.Value(pool)!, token), cancellationToken))
        {
            Calls = ["GET /pools"],
            SharesCalls = true,
            Arguments = [pool],
            Traits = VerbTraits.Watch,
            Details = "With -o json, yaml and csv the pool is one object with its members.",
            Examples =
            [
                new("pool show production", "comment and members"),
                new("pool show production --query \"members[?type=='qemu'].vmid\" -o json", "the numbers of its machines, for a program"),
            ],
        };
    }

    private static async Task RunAsync(VerbRun run, string name, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);

        JsonElement pool = await FindAsync(session, name, cancellationToken).ConfigureAwait(false);
        if (run.Command.Output is not { Format: OutputFormat.Table or OutputFormat.Wide, Fields: null, Query: null })
        {
            run.Write(pool, s_pool);
            return;
        }

        string comment = pool.TryGetProperty("comment", out JsonElement text) ? text.ToString() : "";
        TextWriter writer = run.Command.Services.Console.Out;
        await writer.WriteLineAsync(TextCells.Visible(comment.Length > 0 ? $"Pool {name}: {comment}" : $"Pool {name}")).ConfigureAwait(false);
        if (pool.TryGetProperty("members", out JsonElement members) && members.GetArrayLength() > 0)
        {
            await writer.WriteLineAsync().ConfigureAwait(false);
            run.Write(members, s_members);
        }
        else
        {
            await writer.WriteLineAsync("Nothing is in it.").ConfigureAwait(false);
        }
    }

    private static async Task<JsonElement> FindAsync(ServerSession session, string name, CancellationToken cancellationToken)
    {
        // Proxmox: the path with the pool's name knows no pools within others; the list with a filter does, and then gives the members too.
        ApiParameters filter = [];
        filter.Add("poolid", name);
        try
        {
            JsonElement found = (await session.GetAsync("/pools", filter, cancellationToken).ConfigureAwait(false)).Data;
            return found.ValueKind == JsonValueKind.Array && found.GetArrayLength() > 0 ? found[0] : throw Missing(name, null);
        }
        catch (ProxmoxNotFoundException missing)
        {
            throw Missing(name, missing);
        }
    }

    private static CliException Missing(string name, Exception? cause) => new(
        new CliError
        {
            Code = "not_found",
            ExitCode = ExitCodes.NotFound,
            Message = $"There is no pool '{name}'",
            Hint = "See what there is: prox pool list",
        },
        cause);
}
