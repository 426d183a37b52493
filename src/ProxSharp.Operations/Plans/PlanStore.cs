using System.Security.Cryptography;
using System.Text;
using ProxSharp.Operations.Ledgers;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Keeps plans in a folder that only its owner can read, each sealed with the key of the ledger beside the folder, and lets each be used once.
/// </summary>
public sealed class PlanStore
{
    // What the mark of a plan says that was declined; that of one that was used or discarded is empty.
    private static readonly byte[] s_declined = "declined"u8.ToArray();

    // Whoever comes late hears that a plan has expired, for a while.
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(1);

    private readonly string _folder;
    private readonly Ledger _ledger;

    /// <summary>Creates a store.</summary>
    /// <param name="folder">The folder; it is created when the first plan comes. The ledger is in the folder above it.</param>
    public PlanStore(string folder)
        : this(folder, new Ledger(Path.GetDirectoryName(Path.GetFullPath(folder)) ?? throw new ArgumentException("Plans need a folder.", nameof(folder))))
    {
    }

    internal PlanStore(string folder, Ledger ledger)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        (_folder, _ledger) = (folder, ledger);
    }

    /// <summary>Returns the plans that are kept, the newest first. A file that is no plan, or was changed, is left out.</summary>
    /// <exception cref="GuardRefusedException">The folder cannot be read.</exception>
    public IReadOnlyList<Plan> List()
    {
        try
        {
            return
            [
                .. (Directory.Exists(_folder) ? Directory.EnumerateFiles(_folder, "*.json") : [])
                    .OrderByDescending(File.GetLastWriteTimeUtc)
                    .ThenBy(static file => file, StringComparer.Ordinal)
                    .Select(static file => Path.GetFileNameWithoutExtension(file))
                    .Where(IsId)
                    .Select(TryLoad)
                    .OfType<Plan>(),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuardRefusedException("unknown-plan", $"The plans cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Finds the whole name of a plan by its beginning.</summary>
    /// <param name="start">At least 8 digits of the name.</param>
    /// <exception cref="GuardRefusedException">No plan starts so, or several do.</exception>
    public string Find(string start)
    {
        ArgumentNullException.ThrowIfNull(start);
        const int shortest = 8;
        if (IsId(start))
        {
            return start;
        }

        string[] found = start.Length >= shortest ? Starting(start) : [];
        return found.Length == 1
            ? found[0]
            : throw new GuardRefusedException(
                "unknown-plan",
                found.Length > 1
                    ? "Several plans start so: give more digits."
                    : "There is no such plan. A plan is named by 64 hexadecimal digits, of which the first 8 are enough.");
    }

    /// <summary>The whole names of the plans that start so.</summary>
    internal string[] Starting(string start) => start.All(char.IsAsciiHexDigitLower) && Directory.Exists(_folder)
        ? [.. Directory.EnumerateFiles(_folder, start + "*.json").Select(static file => Path.GetFileNameWithoutExtension(file)).Where(IsId)]
        : [];

    /// <summary>Tells whether a plan can still be applied.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="now">The present time.</param>
    public PlanState StateOf(Plan plan, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return File.Exists(UsedPathOf(plan.Id)) ? PlanState.Used
            : now >= plan.Expires ? PlanState.Expired
            : IsUsed(plan, _ledger.List()) ? PlanState.Used
            : PlanState.Open;
    }

    /// <summary>Makes a plan one that nobody can apply any more. It stays here: the ledger refers to it.</summary>
    /// <param name="id">Its name.</param>
    /// <exception cref="GuardRefusedException">There is none, or it was used.</exception>
    public void Discard(string id) => Use(Load(id));

    /// <summary>Reads a plan.</summary>
    /// <param name="id">Its name.</param>
    /// <exception cref="GuardRefusedException">There is none, or it was not written here: name, seal or content do not fit.</exception>
    public Plan Load(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (!IsId(id))
        {
            throw new GuardRefusedException("unknown-plan", "A plan is named by 64 hexadecimal digits in lower case.");
        }

        try
        {
            string content = RegularFiles.ReadText(PathOf(id));
            return JsonTexts.Hash(content) == id && IsSealed(id)
                ? Plan.Parse(content)
                : throw new GuardRefusedException("tampered", $"Plan {id[..12]} is not what it was when it was made.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new GuardRefusedException("unknown-plan", $"There is no plan {id[..12]}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuardRefusedException("unknown-plan", $"Plan {id[..12]} cannot be read: {e.Message}", e);
        }
        catch (FormatException e)
        {
            throw new GuardRefusedException("tampered", $"Plan {id[..12]} is not as plans are made. {e.Message}", e);
        }
    }

    /// <summary>True if a plan was applied or discarded, or somebody tried to. The ledger tells it too: a mark can be removed.</summary>
    internal bool IsUsed(Plan plan, IReadOnlyList<LedgerEntry> entries) => File.Exists(UsedPathOf(plan.Id)) || AppliedCalls.Any(entries, plan.Id);

    /// <summary>Closes a plan that a person has declined: nobody is asked about it again.</summary>
    /// <param name="plan">The plan.</param>
    /// <exception cref="GuardRefusedException">It was used meanwhile, or the mark that closes it cannot be written.</exception>
    public void Decline(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        try
        {
            PrivateFiles.Write(UsedPathOf(plan.Id), s_declined, FileMode.CreateNew);
        }
        catch (IOException) when (File.Exists(UsedPathOf(plan.Id)))
        {
            throw Used(plan.Id, _ledger.List());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuardRefusedException(
                "declined", $"Plan {plan.Id[..12]} was declined, and nothing was sent. It stays open, because it cannot be marked: {e.Message}", e);
        }
    }

    /// <summary>Refuses a plan that was used. Whoever has lost the answer to it, because the connection broke, finds in the ledger what it said.</summary>
    internal GuardRefusedException Used(string id, IReadOnlyList<LedgerEntry> entries)
    {
        if (IsDeclined(id))
        {
            return new GuardRefusedException("declined", $"Plan {id[..12]} was declined by a person and is closed. Make no other one for the same unless that person wants it.");
        }

        return new GuardRefusedException("used", $"Plan {id[..12]} was used before; a plan is good for once.{Told(id, entries)}");
    }

    // Where the ledger tells what came of a plan. A program that was killed has left an intent behind, and nobody knows what came of that.
    private static string Told(string id, IReadOnlyList<LedgerEntry> entries) =>
        entries.LastOrDefault(entry => entry.PlanId == id && entry.Kind is "intent" or "outcome") is not { } last ? ""
            : last.Kind == "outcome" ? $" What came of its calls is in the ledger, of the last one under the number {JsonTexts.Number(last.Number)}."
            : $" Its last call is in the ledger under the number {JsonTexts.Number(last.Number)}, without an outcome: it is being made, or nobody knows what came of "
                + "it. Look at the server before you plan it again.";

    internal bool Has(string id) => IsId(id) && File.Exists(PathOf(id));

    internal void Save(Plan plan)
    {
        try
        {
            PrivateFiles.CreateFolder(_folder);
            PrivateFiles.Write(SealPathOf(plan.Id), Encoding.ASCII.GetBytes(SealOf(plan.Id)), FileMode.CreateNew);
            PrivateFiles.Write(PathOf(plan.Id), Encoding.UTF8.GetBytes(plan.Content), FileMode.CreateNew);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuardRefusedException("ledger", $"The plan cannot be kept, and what is not kept cannot be applied: {e.Message}", e);
        }

        try
        {
            RemoveStale();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or GuardRefusedException)
        {
            // The plan is kept, and tidying up can wait: the next one tries it again, and a ledger that cannot be read is told where something is applied.
        }
    }

    // A plan that nobody has applied in its time is of no use any more, and may hold secrets. One that was used is the way back of what it did.
    private void RemoveStale()
    {
        // The times of files are those of the system's clock.
        DateTimeOffset since = TimeProvider.System.GetUtcNow() - s_kept;
        Plan[] stale =
        [
            .. Directory.EnumerateFiles(_folder, "*.json")
                .Where(path => File.GetLastWriteTimeUtc(path) < since.UtcDateTime)
                .Select(static path => Path.GetFileNameWithoutExtension(path))
                .Where(id => IsId(id) && !File.Exists(UsedPathOf(id)))
                .Select(TryLoad).OfType<Plan>()
                .Where(plan => plan.Expires < since),
        ];
        if (stale.Length == 0)
        {
            return;
        }

        IReadOnlyList<LedgerEntry> entries = _ledger.List();
        foreach (Plan plan in stale.Where(plan => !IsUsed(plan, entries)))
        {
            File.Delete(PathOf(plan.Id));
            File.Delete(SealPathOf(plan.Id));
        }
    }

    /// <summary>Marks a plan as used; of several who try at once, one succeeds.</summary>
    internal void Use(Plan plan)
    {
        try
        {
            PrivateFiles.Write(UsedPathOf(plan.Id), [], FileMode.CreateNew);
        }
        catch (IOException) when (File.Exists(UsedPathOf(plan.Id)))
        {
            throw Used(plan.Id, _ledger.List());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unrecorded(plan.Id, $"It cannot be marked as used: {e.Message}", e);
        }
    }

    /// <summary>Takes the mark back from a plan of which nothing was sent.</summary>
    /// <returns>False if that cannot be: the plan stays used, and nobody applies it twice.</returns>
    internal bool Release(Plan plan)
    {
        try
        {
            File.Delete(UsedPathOf(plan.Id));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Takes the mark back from a plan of which nothing was sent, because nothing of it could be put on record.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="refusal">Why it could not be.</param>
    /// <returns>What is true of the plan now.</returns>
    internal GuardRefusedException NotApplied(Plan plan, GuardRefusedException refusal) => Release(plan)
        ? Unrecorded(plan.Id, refusal.Message, refusal)
        : new GuardRefusedException("ledger", $"{refusal.Message} Nothing of plan {plan.Id[..12]} was sent. Plan it again.", refusal);

    private static GuardRefusedException Unrecorded(string id, string why, Exception cause) =>
        new("ledger", $"{why.TrimEnd('.')}. Plan {id[..12]} was not applied, and nothing of it was sent; it can still be applied.", cause);

    /// <summary>Tells whether a text can be the name of a plan.</summary>
    internal static bool IsId(string id) => id.Length == 64 && id.All(char.IsAsciiHexDigitLower);

    /// <summary>Reads a plan; null if it is not kept any more, or is not what was written here.</summary>
    internal Plan? TryLoad(string id)
    {
        try
        {
            return Load(id);
        }
        catch (GuardRefusedException)
        {
            return null;
        }
    }

    // Whoever can write the ledger can make it: it is a second line, behind what is derived from the calls.
    private string SealOf(string id) => Convert.ToHexStringLower(_ledger.Seal(Encoding.ASCII.GetBytes($"plan\n{id}")));

    private bool IsSealed(string id)
    {
        string path = SealPathOf(id);
        return _ledger.HasKey && File.Exists(path) && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(SealOf(id)), Encoding.ASCII.GetBytes(RegularFiles.ReadText(path).Trim()));
    }

    private bool IsDeclined(string id)
    {
        FileInfo mark = new(UsedPathOf(id));
        return mark.Exists && mark.Length == s_declined.Length;
    }

    private string SealPathOf(string id) => Path.Combine(_folder, id + ".seal");

    private string UsedPathOf(string id) => Path.Combine(_folder, id + ".used");

    private string PathOf(string id) => Path.Combine(_folder, id + ".json");
}
