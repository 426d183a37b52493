using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProxSharp.Ids;
using ProxSharp.Operations.Text;
using ProxSharp.Tasks;

namespace ProxSharp.Operations.Ledgers;

/// <summary>
/// The record of everything the guard lets through: one JSON object a line, each bound to the one before by a keyed hash (HMAC-SHA-256). It shows
/// changes, insertions and removals, also at the end, to whoever has the key; who has the key can forge it. Safe for concurrent use by several processes.
/// </summary>
public sealed class Ledger
{
    private const int KeyLength = 32;
    private const int MostTries = 500;
    private const int LongestMessage = 400;
    private static readonly string s_start = new('0', 64);

    private readonly string _path;
    private readonly string _headPath;
    private readonly string _keyPath;
    private readonly string _lockPath;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly LedgerFile _file;
    private volatile SoundPart? _sound;

    /// <summary>Opens the ledger in a folder; nothing is created before the first entry.</summary>
    /// <param name="folder">The folder with <c>ledger.jsonl</c>, <c>ledger.head</c> and <c>ledger.key</c>.</param>
    /// <param name="time">The clock; null takes the system's.</param>
    public Ledger(string folder, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = folder;
        _path = Path.Combine(folder, "ledger.jsonl");
        _headPath = Path.Combine(folder, "ledger.head");
        _keyPath = Path.Combine(folder, "ledger.key");
        _lockPath = _path + ".lock";
        _file = new LedgerFile(_path);
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>True if the key is there; it is made with the first entry or seal.</summary>
    internal bool HasKey => File.Exists(_keyPath);

    /// <summary>Returns all entries, oldest first, as they stand in the file; <see cref="Verify"/> tells whether they are genuine.</summary>
    /// <exception cref="GuardRefusedException">The file cannot be read.</exception>
    public IReadOnlyList<LedgerEntry> List() => Try("read", () => Entries(_file.Read().Lines));

    /// <summary>Returns one entry; null if there is none with this number.</summary>
    /// <param name="number">Its number.</param>
    /// <exception cref="GuardRefusedException">The file cannot be read.</exception>
    public LedgerEntry? Show(long number) => List().FirstOrDefault(entry => entry.Number == number);

    /// <summary>Returns one entry.</summary>
    /// <param name="number">Its number.</param>
    /// <exception cref="GuardRefusedException">There is none with this number (<c>unknown-entry</c>), or the file cannot be read.</exception>
    public LedgerEntry Get(long number) => Show(number)
        ?? throw new GuardRefusedException("unknown-entry", $"The ledger has no entry {JsonTexts.Number(number)}.");

    /// <summary>
    /// The entry that says how the call of an outcome ended: a later one, if somebody stopped waiting for its task and its end became known; else the outcome.
    /// </summary>
    /// <param name="entries">The entries of the ledger.</param>
    /// <param name="entry">An entry of them, of whatever kind.</param>
    public static LedgerEntry EndOf(IReadOnlyList<LedgerEntry> entries, LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Kind == "outcome" && entry.Facts.Text("result") is not ("succeeded" or "failed")
            ? LeftTasks.End(entries, entry.PlanId, entry.Facts.Text("upid")) ?? entry
            : entry;
    }

    /// <summary>Puts on record how a task ended for which the program that started it did not wait; what is known already is not written again.</summary>
    /// <param name="upid">The task.</param>
    /// <param name="exitStatus">What the server said about its end, for example <c>OK</c>.</param>
    /// <returns>True if it was written.</returns>
    /// <exception cref="GuardRefusedException">The ledger cannot be read or written, or is not sound.</exception>
    public bool NoteTaskEnd(string upid, string exitStatus)
    {
        ArgumentException.ThrowIfNullOrEmpty(upid);
        ArgumentNullException.ThrowIfNull(exitStatus);
        TaskResult end = new(Upid.TryParse(upid, out Upid task) ? task : default, exitStatus);
        if (end.Outcome == TaskOutcome.Unknown || LeftTasks.Of(List()).FirstOrDefault(entry => entry.Facts.Text("upid") == upid) is not { } left)
        {
            return false;
        }

        Append(LeftTasks.Kind, left.PlanId, json =>
        {
            json.WriteString("call", left.Facts.Text("call"));
            json.WriteBoolean("succeeded", end.Succeeded);
            json.WriteString("result", end.Succeeded ? "succeeded" : "failed");
            json.WriteString("upid", upid);
            json.WriteString("message", UntrustedText.Clean(end.ExitStatus, LongestMessage));
        });
        return true;
    }

    /// <summary>Seals a text with the key of the ledger: whoever can write the ledger can make it.</summary>
    /// <exception cref="GuardRefusedException">The key cannot be read, or is gone while the ledger is there.</exception>
    internal byte[] Seal(byte[] text) => Try("sealed", () =>
    {
        if (!HasKey)
        {
            lock (_gate)
            {
                PrivateFiles.CreateFolder(Folder);
                using FileStream guard = OpenLock();
                Key(create: true);
            }
        }

        return HMACSHA256.HashData(PrivateFiles.WhenFree(() => Key(create: false)), (byte[])[.. "seal\n"u8, .. text]);
    });

    /// <summary>
    /// Examines the whole ledger, as it stands at one moment: what others append meanwhile is no fault. Waits for them for some seconds at most.
    /// </summary>
    public LedgerVerdict Verify()
    {
        try
        {
            (string? Head, LedgerLine[] Lines) state;
            using (LockIfPossible())
            {
                state = Snapshot();
            }

            return Examine(state.Head, state.Lines);
        }
        catch (TornLedgerException e)
        {
            return ExamineRest(e);
        }
        catch (Exception e) when (IsFileFault(e))
        {
            return new LedgerVerdict(0, e.Message);
        }
    }

    // The entries before a line that is none can still be told from forged ones: their chain does not need the end.
    private LedgerVerdict ExamineRest(TornLedgerException torn)
    {
        try
        {
            LedgerVerdict before = ExamineChain(Key(create: false), torn.Before, 0, out _, out _);
            return before.IsSound ? before with { Fault = torn.Message } : before;
        }
        catch (Exception e) when (IsFileFault(e))
        {
            return new LedgerVerdict(0, $"{torn.Message} {e.Message}");
        }
    }

    /// <summary>Returns all entries of a ledger that is sound.</summary>
    /// <exception cref="GuardRefusedException">It was tampered with, or cannot be read.</exception>
    internal IReadOnlyList<LedgerEntry> ListSound() => Try("read", () =>
    {
        using (LockIfPossible())
        {
            (string? head, LedgerLine[] lines) = Snapshot();
            CheckSound(head, lines);
            return Entries(lines);
        }
    });

    /// <summary>Appends an entry and waits until it is on the disk.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="planId">The plan it belongs to.</param>
    /// <param name="facts">Writes the rest.</param>
    /// <param name="check">Looks at the entries before it and refuses; nobody else writes meanwhile. Null for no check.</param>
    /// <exception cref="GuardRefusedException">It cannot be written, or the ledger was tampered with: what it would have recorded must not happen.</exception>
    internal LedgerEntry Append(
        string kind, string planId, Action<Utf8JsonWriter> facts, Action<IReadOnlyList<LedgerEntry>>? check = null) => Try("written", () =>
    {
        lock (_gate)
        {
            PrivateFiles.CreateFolder(Folder);
            using FileStream guard = OpenLock();
            (string? head, LedgerLine[] lines) = Snapshot();
            LedgerVerdict verdict = CheckSound(head, lines);
            check?.Invoke(Entries(lines));
            byte[] key = Key(create: true);
            string previous = lines.Length == 0 ? s_start : lines[^1].Mac;
            long number = verdict.Entries + 1;
            byte[] body = Encoding.UTF8.GetBytes(Body(number, kind, planId, facts));
            string mac = Mac(key, previous, body);
            string next = string.Create(CultureInfo.InvariantCulture, $"{number} {mac}");
            WriteWhole([.. LedgerLine.Format(mac, body), (byte)'\n'], $"{next} {Mac(key, "head", Encoding.ASCII.GetBytes(next))}");
            using JsonDocument document = JsonDocument.Parse(body);
            return LedgerLine.Read(document.RootElement);
        }
    });

    // The caller takes a failure for an entry that is not there: what stands of it is taken away again, which needs no room on a full disk.
    private void WriteWhole(byte[] line, string head)
    {
        long length = File.Exists(_path) ? new FileInfo(_path).Length : 0;
        try
        {
            using (FileStream file = PrivateFiles.WhenFree(() => PrivateFiles.Open(_path, FileMode.Append, FileAccess.Write)))
            {
                PrivateFiles.Fill(file, line);
            }

            PrivateFiles.Replace(_headPath, Encoding.ASCII.GetBytes(head));
        }
        catch (Exception e) when (IsFileFault(e) && File.Exists(_path))
        {
            using FileStream file = PrivateFiles.WhenFree(() => PrivateFiles.Open(_path, FileMode.Open, FileAccess.Write));
            file.SetLength(length);
            file.Flush(flushToDisk: true);
            throw;
        }
    }

    private FileStream OpenLock() => PrivateFiles.WhenFree(() => PrivateFiles.Open(_lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite));

    private static LedgerEntry[] Entries(LedgerLine[] lines) => [.. lines.Select(static line => line.Entry)];

    private LedgerVerdict CheckSound(string? head, LedgerLine[] lines)
    {
        LedgerVerdict verdict = Examine(head, lines);
        return verdict.IsSound
            ? verdict
            : throw new GuardRefusedException("ledger", $"The ledger is not sound, so nothing is changed any more: {verdict.Fault}");
    }

    /// <summary>
    /// Keeps others from appending for a moment; null where there is no file for that, or this user may not write it. It is never made here: who only looks
    /// would leave a file that the owner of the ledger cannot open.
    /// </summary>
    private FileStream? LockIfPossible()
    {
        try
        {
            return File.Exists(_lockPath) ? PrivateFiles.WhenFree(() => PrivateFiles.Open(_lockPath, FileMode.Open, FileAccess.ReadWrite)) : null;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // Reading without the lock is sound as well; it may only take longer.
            return null;
        }
    }

    /// <summary>
    /// Reads the head, the entries, and the head again: if it has not moved, both belong together, because it moves with every entry and never back.
    /// </summary>
    private (string? Head, LedgerLine[] Lines) Snapshot()
    {
        for (int tries = 0; tries < MostTries; tries++)
        {
            string? head = HeadText();
            (LedgerLine[] lines, bool isEnded) = _file.Read();
            if (HeadText() == head)
            {
                return isEnded ? (head, lines) : throw new TornLedgerException(lines);
            }
        }

        throw new IOException("The ledger is written so often that it could not be read at one moment.");
    }

    private LedgerVerdict Examine(string? head, LedgerLine[] lines)
    {
        if (head is null && lines.Length == 0)
        {
            return new LedgerVerdict(0, null);
        }

        byte[] key = Key(create: false);
        (long count, string last) = Head(key, head);
        LedgerVerdict chain = ExamineChain(key, lines, count, out string atHead, out long number);
        if (!chain.IsSound)
        {
            return chain;
        }

        // The head is written after the entry: a program that died in between leaves one genuine entry more.
        return number >= count && number <= count + 1 && atHead == last
            ? chain
            : new LedgerVerdict(number, $"The ledger ends with entry {number}, but {count} were written.");
    }

    private LedgerVerdict ExamineChain(byte[] key, LedgerLine[] lines, long count, out string atHead, out long number)
    {
        number = SoundBefore(key, lines);
        foreach (LedgerLine line in lines.AsSpan((int)number))
        {
            if (line.Entry.Number != number + 1 || line.Mac != Mac(key, MacAt(lines, number), line.Body))
            {
                atHead = s_start;
                return new LedgerVerdict(number, $"Entry {number + 1} is not what was written there; the {number} before it are sound.");
            }

            number++;
        }

        _sound = number == 0 ? null : new SoundPart(key, lines[number - 1], number);
        atHead = count <= number ? MacAt(lines, count) : s_start;
        return new LedgerVerdict(number, null);
    }

    // Lines that stand unchanged are the same objects, and need no second look.
    private long SoundBefore(byte[] key, LedgerLine[] lines) =>
        _sound is { } sound && sound.Count <= lines.Length && ReferenceEquals(lines[sound.Count - 1], sound.Last) && key.AsSpan().SequenceEqual(sound.Key)
            ? sound.Count
            : 0;

    private static string MacAt(LedgerLine[] lines, long number) => number == 0 ? s_start : lines[number - 1].Mac;

    private sealed record SoundPart(byte[] Key, LedgerLine Last, long Count);

    private string Body(long number, string kind, string planId, Action<Utf8JsonWriter> facts) => JsonTexts.Build(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("number", number);
        json.WriteString("time", _time.GetUtcNow());
        json.WriteString("kind", kind);
        json.WriteString("plan", planId);
        json.WriteStartObject("facts");
        facts(json);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private string? HeadText() => File.Exists(_headPath) ? PrivateFiles.WhenFree(() => RegularFiles.ReadText(_headPath)) : null;

    private static (long Count, string Mac) Head(byte[] key, string? text)
    {
        if (text is null)
        {
            return (0, s_start);
        }

        string[] parts = text.Split(' ');
        return parts.Length == 3
            && parts[2] == Mac(key, "head", Encoding.UTF8.GetBytes($"{parts[0]} {parts[1]}"))
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? (count, parts[1])
            : throw new InvalidDataException("The head of the ledger is not what was written there.");
    }

    private byte[] Key(bool create)
    {
        if (create && !File.Exists(_keyPath) && !File.Exists(_path))
        {
            // Whole at once: others read it without the lock as soon as it is there.
            PrivateFiles.Replace(_keyPath, RandomNumberGenerator.GetBytes(KeyLength));
        }

        byte[] key = RegularFiles.ReadBytes(_keyPath);
        return key.Length == KeyLength ? key : throw new InvalidDataException("The key of the ledger is damaged.");
    }

    private static string Mac(byte[] key, string previous, ReadOnlySpan<byte> body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, (byte[])[.. Encoding.ASCII.GetBytes(previous), (byte)'\n', .. body]));

    private static T Try<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (IsFileFault(e))
        {
            throw new GuardRefusedException("ledger", $"The ledger cannot be {what}: {e.Message}", e);
        }
    }

    private static bool IsFileFault(Exception e) => e is IOException or InvalidDataException or UnauthorizedAccessException or JsonException
        or KeyNotFoundException or InvalidOperationException or FormatException;
}
