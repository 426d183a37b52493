using ProxSharp.Operations.Ledgers;

namespace ProxSharp.Operations.Tests;

public sealed class LedgerTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"ledger-{Guid.NewGuid():N}");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Append_ThenListShowVerify_AgreeAndFilesArePrivate()
    {
        Ledger ledger = Filled();
        Assert.Equal(["intent", "outcome", "intent"], ledger.List().Select(static entry => entry.Kind));
        Assert.Equal("plan-1", ledger.Show(2)!.PlanId);
        Assert.Null(ledger.Show(9));
        Assert.Equal(new LedgerVerdict(3, null), ledger.Verify());
        if (!OperatingSystem.IsWindows())
        {
            foreach (string file in Directory.GetFiles(_folder))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public void List_OfWhatStandsUnchanged_ReadsItOnce()
    {
        Ledger ledger = Filled();
        IReadOnlyList<LedgerEntry> before = ledger.List();

        new Ledger(_folder).Append("outcome", "plan-2", static json => json.WriteString("call", "POST /y"));

        IReadOnlyList<LedgerEntry> after = ledger.List();
        Assert.Equal(4, after.Count);
        Assert.All(before.Zip(after), static pair => Assert.Same(pair.First, pair.Second));
        Assert.Equal(new LedgerVerdict(4, null), ledger.Verify());
    }

    [Fact]
    public async Task Append_BySeveralAtOnceWithReaders_LosesNothing()
    {
        const int each = 20;
        Task[] writers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            // A ledger of its own stands for another process: only the files are shared.
            Ledger ledger = new(_folder);
            for (int i = 0; i < each; i++)
            {
                ledger.Append("intent", "plan", static json => json.WriteString("call", "POST /x"));
            }
        }))];
        Ledger reader = new(_folder);
        int seen = 0;
        while (!Task.WhenAll(writers).IsCompleted)
        {
            int count = reader.List().Count;
            Assert.True(count >= seen);
            seen = count;
        }

        await Task.WhenAll(writers);
        Assert.Equal(new LedgerVerdict(3 * each, null), reader.Verify());
    }

    [Fact]
    public async Task Verify_WhileSeveralAppend_FindsNoFault()
    {
        const int each = 15;
        Task[] writers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            Ledger ledger = new(_folder);
            for (int i = 0; i < each; i++)
            {
                ledger.Append("intent", "plan", static json => json.WriteString("call", "POST /x"));
            }
        }))];
        Task all = Task.WhenAll(writers);
        Task<List<LedgerVerdict>>[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            Ledger ledger = new(_folder);
            List<LedgerVerdict> verdicts = [ledger.Verify()];
            while (!all.IsCompleted)
            {
                verdicts.Add(ledger.Verify());
            }

            return verdicts;
        }))];
        foreach (List<LedgerVerdict> verdicts in await Task.WhenAll(readers))
        {
            Assert.All(verdicts, static verdict => Assert.Null(verdict.Fault));
            Assert.Equal(verdicts.Select(static verdict => verdict.Entries).Order(), verdicts.Select(static verdict => verdict.Entries));
        }

        await all;
        Assert.Equal(new LedgerVerdict(3 * each, null), new Ledger(_folder).Verify());
    }

    [Fact]
    public async Task Verify_ByWhoeverCannotTakeTheLock_FindsNoFaultEither()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A file that is open cannot be removed there.");

        // Without the file of the lock a reader has the head and the entries alone, as one who may only read them.
        Ledger ledger = Filled();
        string path = Path.Combine(_folder, "ledger.jsonl.lock");
        Task writing = Task.Run(() =>
        {
            for (int i = 0; i < 40; i++)
            {
                ledger.Append("intent", "plan", static json => json.WriteString("call", "POST /x"));
                File.Delete(path);
            }
        });
        List<LedgerVerdict> verdicts = [];
        while (!writing.IsCompleted)
        {
            verdicts.Add(new Ledger(_folder).Verify());
        }

        await writing;
        Assert.All(verdicts, static verdict => Assert.Null(verdict.Fault));
        Assert.Equal(new LedgerVerdict(43, null), ledger.Verify());
        File.Delete(path);
        Assert.True(ledger.Verify().IsSound);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task Seal_FirstOfSeveralAtOnce_MakesOneKey()
    {
        byte[] text = [1, 2, 3];
        byte[][] seals = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => new Ledger(_folder).Seal(text))));
        Assert.Single(seals.Select(Convert.ToHexString).Distinct());
    }

    [Theory]
    [InlineData("edit")]
    [InlineData("remove-first")]
    [InlineData("remove-last")]
    [InlineData("swap")]
    [InlineData("remove-all")]
    [InlineData("repeat")]
    public void Verify_TamperedWith_FindsIt(string how)
    {
        Ledger ledger = Filled();
        string file = Path.Combine(_folder, "ledger.jsonl");
        string[] lines = File.ReadAllLines(file);
        lines = how switch
        {
            "edit" => [lines[0].Replace("a\"", "b\"", StringComparison.Ordinal), .. lines[1..]],
            "remove-first" => lines[1..],
            "remove-last" => lines[..^1],
            "swap" => [lines[1], lines[0], lines[2]],
            "repeat" => [.. lines, lines[2]],
            _ => [],
        };
        File.WriteAllText(file, string.Concat(lines.Select(static line => line + '\n')));
        Assert.False(ledger.Verify().IsSound);
        Assert.Equal("ledger", Assert.Throws<GuardRefusedException>(() => ledger.Append("intent", "p", static _ => { })).Reason);
    }

    [Theory]
    [InlineData("torn", 3, 2)]
    [InlineData("stray", 4, 3)]
    [InlineData("blank", 2, 1)]
    [InlineData("forged-before", 2, 1)]
    [InlineData("member", 2, 1)]
    [InlineData("member-first", 2, 1)]
    [InlineData("second-entry", 2, 1)]
    [InlineData("second-mac", 2, 1)]
    [InlineData("space", 2, 1)]
    public void Verify_LineThatIsNoEntry_NamesItAndCountsTheSoundOnes(string how, int line, int sound)
    {
        Ledger ledger = Filled();
        string file = Path.Combine(_folder, "ledger.jsonl");
        string[] lines = File.ReadAllLines(file);
        lines = how switch
        {
            "torn" => [.. lines[..2], lines[2][..30]],
            "stray" => [.. lines, "stray text"],
            "blank" => [lines[0], "", .. lines[1..]],
            "member" => [lines[0], $"{lines[1][..^1]},\"kind\":\"forged\"}}", lines[2]],
            "member-first" => [lines[0], $"{{\"kind\":\"forged\",{lines[1][1..]}", lines[2]],
            "second-entry" => [lines[0], lines[1].Replace(",\"entry\":", $",\"entry\":{lines[0][lines[0].IndexOf("{\"number", StringComparison.Ordinal)..^1]},\"entry\":", StringComparison.Ordinal), lines[2]],
            "second-mac" => [lines[0], $"{{\"mac\":\"{new string('0', 64)}\",{lines[1][1..]}", lines[2]],
            "space" => [lines[0], lines[1] + " ", lines[2]],
            _ => [lines[0], lines[1].Replace("true", "false", StringComparison.Ordinal), "stray text"],
        };
        File.WriteAllText(file, string.Concat(lines.Select(static line => line + '\n')));
        LedgerVerdict verdict = ledger.Verify();
        Assert.Equal(sound, verdict.Entries);
        Assert.StartsWith(how == "forged-before" ? "Entry 2 is not" : $"Line {line} of ledger.jsonl is no entry", verdict.Fault, StringComparison.Ordinal);
        GuardRefusedException refusal = Assert.Throws<GuardRefusedException>(() => ledger.Append("intent", "p", static _ => { }));
        Assert.Equal("ledger", refusal.Reason);

        // The way out: a person moves the whole ledger aside, and a new one begins.
        string aside = Directory.CreateDirectory(Path.Combine(_folder, "aside")).FullName;
        foreach (string name in new[] { "ledger.jsonl", "ledger.head", "ledger.key" })
        {
            File.Move(Path.Combine(_folder, name), Path.Combine(aside, name));
        }

        Assert.Equal(1, ledger.Append("intent", "p", static _ => { }).Number);
        Assert.True(ledger.Verify().IsSound);
        Assert.Equal(sound, new Ledger(aside).Verify().Entries);
    }

    [Fact]
    public void Append_LastLineWithoutItsEnd_IsRefusedAndSpoilsNothing()
    {
        Ledger ledger = Filled();
        string file = Path.Combine(_folder, "ledger.jsonl");
        byte[] whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, whole[..^1]);

        LedgerVerdict verdict = ledger.Verify();
        Assert.False(verdict.IsSound);
        Assert.Equal(3, verdict.Entries);
        Assert.Contains("Line 3 of ledger.jsonl does not end with a line feed", verdict.Fault, StringComparison.Ordinal);
        Assert.Equal("ledger", Assert.Throws<GuardRefusedException>(() => ledger.Append("intent", "p", static _ => { })).Reason);
        Assert.Equal(whole[..^1], File.ReadAllBytes(file));

        // Whoever gives it its end back has the ledger again.
        File.WriteAllBytes(file, whole);
        Assert.True(ledger.Verify().IsSound);
        Assert.Equal(4, ledger.Append("intent", "p", static _ => { }).Number);
    }

    [Fact]
    public void Verify_HeadRolledBackOrKeyReplaced_FindsIt()
    {
        Ledger ledger = Filled();
        string head = Path.Combine(_folder, "ledger.head");
        string text = File.ReadAllText(head);
        File.WriteAllText(head, "1" + text[1..]);
        Assert.False(ledger.Verify().IsSound);
        File.WriteAllText(head, text);
        Assert.True(ledger.Verify().IsSound);
        File.WriteAllBytes(Path.Combine(_folder, "ledger.key"), new byte[32]);
        Assert.False(ledger.Verify().IsSound);
    }

    [Fact]
    public void Append_WhoseHeadCannotBeWritten_LeavesNoEntry()
    {
        Ledger ledger = Filled();
        string before = File.ReadAllText(Path.Combine(_folder, "ledger.jsonl"));
        string blocked = Path.Combine(_folder, "ledger.head.new");
        Directory.CreateDirectory(blocked);

        Assert.Equal("ledger", Assert.Throws<GuardRefusedException>(() => ledger.Append("intent", "plan-3", static _ => { })).Reason);

        Assert.Equal(before, File.ReadAllText(Path.Combine(_folder, "ledger.jsonl")));
        Assert.Equal(new LedgerVerdict(3, null), ledger.Verify());
        Directory.Delete(blocked);
        Assert.Equal(4, ledger.Append("intent", "plan-3", static _ => { }).Number);
        Assert.Equal(new LedgerVerdict(4, null), ledger.Verify());
    }

    [Fact]
    public void Append_TheFirstOfAll_WhoseHeadCannotBeWritten_LeavesALedgerThatIsEmpty()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "ledger.head.new"));
        Ledger ledger = new(_folder);
        Assert.Throws<GuardRefusedException>(() => ledger.Append("intent", "plan", static _ => { }));
        Assert.Empty(ledger.List());
        Assert.Equal(new LedgerVerdict(0, null), ledger.Verify());
    }

    private Ledger Filled()
    {
        Ledger ledger = new(_folder);
        ledger.Append("intent", "plan-1", static json => json.WriteString("call", "a"));
        ledger.Append("outcome", "plan-1", static json => json.WriteBoolean("succeeded", true));
        ledger.Append("intent", "plan-2", static json => json.WriteString("call", "c"));
        return ledger;
    }
}
