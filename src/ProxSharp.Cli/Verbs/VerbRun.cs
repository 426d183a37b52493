using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Query;
using ProxSharp.Pbs;
using ProxSharp.Pve;

namespace ProxSharp.Cli.Verbs;

/// <summary>One run of a verb: what was typed, the server, and where results go.</summary>
internal sealed class VerbRun(CommandRun command, StandardOptions standard, Verb verb) : IAsyncDisposable
{
    private const int ManyRows = 10_000;
    private const int LongestWait = 30 * 24 * 3600;

    private ServerSession? _session;
    private ServerContext? _context;

    /// <summary>The command beneath.</summary>
    public CommandRun Command { get; } = command;

    /// <summary>The verb.</summary>
    public Verb Verb { get; } = verb;

    /// <summary>How a certificate is trusted where the options of contexts do not count; null where they do.</summary>
    public string? CertificateHint { get; set; }

    /// <summary>How next steps are told where a repository names the server; null where a context does.</summary>
    public Backups.RepositoryHints? Hints { get; set; }

    /// <summary>The standard options.</summary>
    public StandardOptions Standard { get; } = standard;

    /// <summary>True if nothing may be sent that changes something.</summary>
    public bool IsDryRun => Command.Services.Planning is not null || Command.Value(Standard.DryRun);

    /// <summary>True if it is only shown what would be sent, and nothing comes of it, not even a plan.</summary>
    public bool IsShown => Command.Services.Planning is null && Command.Value(Standard.DryRun);

    /// <summary>True if tasks are waited for.</summary>
    public bool Waits => !Command.Value(Standard.NoWait);

    /// <summary>True if a person said yes already.</summary>
    public bool IsConfirmed => Command.Value(Standard.Yes);

    /// <summary>The longest wait for a task; null for any.</summary>
    public TimeSpan? WaitTimeout => Number(Standard.WaitTimeout, LongestWait) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>True if warnings of tasks end with an exit code of their own.</summary>
    public bool FailsOnWarnings => Command.Value(Standard.FailOnWarnings);

    /// <summary>The server that was chosen.</summary>
    /// <exception cref="CliException">None was.</exception>
    public ServerContext Context => _context ??= Standard.Connection.Resolve(Command);

    /// <summary>Returns an option's value.</summary>
    public T? Value<T>(Option<T> option) => Command.Value(option);

    /// <summary>Returns an argument's value.</summary>
    public T? Value<T>(Argument<T> argument) => Command.Value(argument);

    /// <summary>Tells whether an option was typed.</summary>
    public bool IsGiven(Option option) => Command.IsGiven(option);

    /// <summary>Returns a positive number; null if the option was not typed.</summary>
    /// <exception cref="CliException">It is out of bounds.</exception>
    public int? Number(Option<int?> option, int highest = int.MaxValue) => Command.Value(option) switch
    {
        null => null,
        { } number when number >= 1 && number <= highest => number,
        { } number => throw CliException.Usage(
            string.Create(CultureInfo.InvariantCulture, $"{option.Name} {number} is out of bounds"),
            string.Create(CultureInfo.InvariantCulture, $"Give a number from 1 to {highest}")),
    };

    /// <summary>Makes sure that the numbers of the standard options are within their bounds, before anything is sent.</summary>
    /// <exception cref="CliException">One of them is not.</exception>
    public void CheckNumbers()
    {
        Number(Standard.WaitTimeout, LongestWait);
        Number(Standard.Watch, Watching.Longest);
        Number(Standard.Max);
        Number(Standard.Parallel);
        Number(Standard.PerNode);
    }

    /// <summary>Makes sure, before anything is sent, that the result will have the fields it is to be shown with.</summary>
    /// <param name="shape">All that is known about the result.</param>
    /// <exception cref="CliException">It will not have one of them.</exception>
    public void CheckFields(ResultShape shape)
    {
        // What a dry run shows has other fields.
        if (!IsDryRun)
        {
            FieldSelection.Require(Command.Output, shape);
        }
    }

    /// <summary>Opens the connection, once for the whole run.</summary>
    public async Task<ServerSession> SessionAsync(CancellationToken cancellationToken) =>
        _session ??= await ServerSession.OpenAsync(Command, Context, cancellationToken).ConfigureAwait(false);

    /// <summary>Goes on with a connection that the verb has chosen by other means than a context. It is disposed with the run.</summary>
    public ServerSession Use(ServerSession session)
    {
        (_session, _context) = (session, session.Context);
        return session;
    }

    /// <summary>Opens the connection to a Proxmox VE cluster.</summary>
    /// <exception cref="CliException">The chosen server is a backup server.</exception>
    public async Task<PveClient> PveAsync(CancellationToken cancellationToken) =>
        (await SessionAsync(cancellationToken).ConfigureAwait(false)).Pve ?? throw WrongProduct(ProxmoxProduct.VirtualEnvironment);

    /// <summary>Opens the connection to a backup server.</summary>
    /// <exception cref="CliException">The chosen server is a Proxmox VE cluster.</exception>
    public async Task<PbsClient> PbsAsync(CancellationToken cancellationToken) =>
        (await SessionAsync(cancellationToken).ConfigureAwait(false)).Pbs ?? throw WrongProduct(ProxmoxProduct.BackupServer);

    /// <summary>Makes sure that the chosen server is of the product the verb is about.</summary>
    /// <exception cref="CliException">It is not.</exception>
    public void Expect(ProxmoxProduct product)
    {
        if (Context.Product != product)
        {
            throw WrongProduct(product);
        }
    }

    /// <summary>Writes a result: in JSON with the version of its form. What came of a change is written in any case.</summary>
    public void Write(JsonElement result, ResultShape? shape = null)
    {
        if (Verb.Class == VerbClass.Read)
        {
            Command.WriteVersioned(result, shape);
        }
        else
        {
            Command.WriteOutcome(result, shape, isVersioned: true);
        }
    }

    /// <summary>Writes a list, as a result, while it is read where the form allows that.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="write">Writes the members of a row.</param>
    /// <param name="shape">What is known about it.</param>
    /// <returns>How many rows there were.</returns>
    public async Task<int> WriteRowsAsync<T>(IAsyncEnumerable<T> rows, Action<Utf8JsonWriter, T> write, ResultShape shape)
    {
        if (Verb.Class == VerbClass.Read && RowStream.Fits(Command.Output, shape))
        {
            int written = await new RowStream(Command.Services.Console.Out, Command.Output with { IsVersioned = true }, shape)
                .WriteAsync(rows, write).ConfigureAwait(false);
            if (written == 0)
            {
                Command.TellNothing();
            }

            return written;
        }

        // Of a long list a query mostly leaves little: then only that is held.
        (JmesQuery Each, JmesQuery All)? query = Verb.Class == VerbClass.Read ? Command.Output.Query?.Split() : null;
        (JsonElement list, int count) = await HoldAsync(rows, write, query?.Each).ConfigureAwait(false);
        if (query is { } parts)
        {
            Command.WriteRest(list, shape, parts.All);
        }
        else
        {
            Write(list, shape);
        }

        return count;
    }

    // The list, or what a query of each row leaves of it; the count is that of the rows.
    private static async Task<(JsonElement List, int Count)> HoldAsync<T>(IAsyncEnumerable<T> rows, Action<Utf8JsonWriter, T> write, JmesQuery? each)
    {
        int count = 0;
        JsonElement list = await JsonText.BuildAsync(async json =>
        {
            json.WriteStartArray();
            await foreach (T row in rows.ConfigureAwait(false))
            {
                count++;
                WriteEach(json, each is null ? RowStream.List(row, write) : each.Apply(RowStream.List(row, write)));
            }

            json.WriteEndArray();
            if (count > ManyRows)
            {
                // A long list is shown next, which needs about as much memory as what made it. That is done with.
                GC.Collect();
            }
        }).ConfigureAwait(false);
        return (list, count);
    }

    private static void WriteEach(Utf8JsonWriter json, JsonElement items)
    {
        foreach (JsonElement item in items.EnumerateArray())
        {
            item.WriteTo(json);
        }
    }

    /// <summary>Tells the user something beside the result; programs are not told.</summary>
    public void Note(string text) => Command.Note(text);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session?.DisposeAsync() ?? ValueTask.CompletedTask;

    // What both products have stands below pbs for the backup server.
    private string? Counterpart()
    {
        const string Below = "pbs ";
        string path = Command.Path;
        string other = path.StartsWith(Below, StringComparison.Ordinal) ? path[Below.Length..] : Below + path;
        return Command.Find(other.Split(' ')) is null ? null : other;
    }

    private CliException WrongProduct(ProxmoxProduct wanted) => CliException.Usage(
        $"The context '{Context.Name ?? "--url"}' is a {(Context.Product == ProxmoxProduct.BackupServer ? "backup server" : "Proxmox VE cluster")}, and "
        + $"this command is about a "
        + (wanted == ProxmoxProduct.BackupServer ? "backup server" : "Proxmox VE cluster"),
        Counterpart() is { } other
            ? $"For this one: prox {other}; or choose another one with --context NAME (prox context list)"
            : "Choose another one with --context NAME (prox context list)");
}
