using ProxSharp.Schema;
using ProxSharp.Validation;

namespace ProxSharp.Core.Tests.Validation;

public sealed class RecordedCallTests
{
    private static readonly ParameterChecker s_pve = new(RepositoryFiles.Pve);
    private static readonly ParameterChecker s_pbs = new(RepositoryFiles.Pbs);

    /// <summary>Answers that name parameters although each of them fits the schema: the method itself refused them.</summary>
    /// <remarks>The privilege of 241 is well formed: which ones exist depends on the server.</remarks>
    private static readonly HashSet<string> s_refusedByTheMethod =
    [
        "039-token-create-dup",
        "105-nextid-taken",
        "113-task-missing",
        "125-qemu-config-delete-unknown",
        "126-qemu-config-delete-and-set",
        "174-qemu-skiplock-nonroot",
        "181-vzdump-missing-param",
        "241-role-bad-priv",
        "247-acl-bad-path",
        "249-password-noconfirm",
        "282-backup-included",
        "603-nextid-other",
        "711-missing--cluster-backup-nope",
        "724-missing--nodes-pve1-network-nope",
    ];

    /// <summary>The server reads the bytes of a path as Latin-1 and echoes them so; the complaint itself is the same.</summary>
    private const string EchoesLatin1 = "439-unicode-path";

    /// <summary>Recorded from a version whose schema still required a password.</summary>
    private const string OlderSchema = "access-ticket-missing-param";

    [Fact]
    public void Check_PveCallThatSucceeded_HasNoComplaint() => AssertNoComplaint(s_pve, RecordedCall.Samples(RepositoryFiles.Pve, "pve"), 200);

    [Fact]
    public void Check_PbsCallThatSucceeded_HasNoComplaint() => AssertNoComplaint(s_pbs, RecordedCall.Samples(RepositoryFiles.Pbs, "pbs"), 80);

    [Fact]
    public void Check_PveShapeCallThatSucceeded_HasNoComplaint() => AssertNoComplaint(s_pve, RecordedCall.Shapes(RepositoryFiles.Pve, "pve"), 900);

    [Fact]
    public void Check_PbsShapeCallThatSucceeded_HasNoComplaint() => AssertNoComplaint(s_pbs, RecordedCall.Shapes(RepositoryFiles.Pbs, "pbs"), 500);

    [Fact]
    public void Check_PveCallThatWasRefused_ComplainsLikeTheServer()
    {
        List<string> wrong = [];
        int compared = 0;
        foreach (RecordedCall call in RecordedCall.Samples(RepositoryFiles.Pve, "pve").Where(static c => c.Status == 400 && c.Errors.Count > 0 && c.Name != EchoesLatin1))
        {
            Dictionary<string, string> ours = s_pve.Check(call.Endpoint, call.Parameters).ToDictionary(static e => e.Parameter, static e => e.Text);
            if (s_refusedByTheMethod.Contains(call.Name))
            {
                Assert.Empty(ours);
                continue;
            }

            compared++;
            if (!Sorted(ours).SequenceEqual(Sorted(call.Errors)))
            {
                wrong.Add($"{call.Describe()}\n  server: {Show(call.Errors)}\n  ours:   {Show(ours)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(compared, 25, int.MaxValue);
    }

    [Fact]
    public void Check_PbsCallThatWasRefused_ComplainsLikeTheServer()
    {
        List<string> wrong = [];
        int compared = 0;
        foreach (RecordedCall call in RecordedCall.Samples(RepositoryFiles.Pbs, "pbs").Where(static c => IsRefused(c)))
        {
            IReadOnlyList<ParameterError> errors = s_pbs.Check(call.Endpoint, call.Parameters);
            string ours = errors.Count == 0 ? "" : ParameterMessages.BackupServer(errors);
            compared++;
            if (ours != call.Body)
            {
                wrong.Add($"{call.Describe()}\n  server: {call.Body}\n  ours:   {ours}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(compared, 5, int.MaxValue);
    }

    private static bool IsRefused(RecordedCall call) =>
        call.Name != OlderSchema && call.Body.StartsWith("parameter verification failed", StringComparison.Ordinal);

    private static void AssertNoComplaint(ParameterChecker checker, IEnumerable<RecordedCall> calls, int atLeast)
    {
        List<string> wrong = [];
        int passed = 0;
        foreach (RecordedCall call in calls.Where(static call => call.Status == 200))
        {
            // Where only the query was recorded, path parameters are missing by nature.
            List<ParameterError> errors = [.. checker.Check(call.Endpoint, call.Parameters).Where(e => !IsUnrecorded(call, e.Parameter) && !IsShortened(call, e.Parameter))];
            if (errors.Count > 0)
            {
                wrong.Add($"{call.Describe()}\n  {string.Join("\n  ", errors)}");
            }
            else
            {
                passed++;
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {wrong.Count + passed}:\n{string.Join('\n', wrong)}");
        Assert.InRange(passed, atLeast, int.MaxValue);
    }

    private static bool IsUnrecorded(RecordedCall call, string parameter) =>
        call.Endpoint.Parameters.TryGetValue(parameter, out ApiNode? node) && node.IsPathParameter && call.Parameters.Find(parameter) is null;

    /// <summary>Long values were cut in the recording.</summary>
    private static bool IsShortened(RecordedCall call, string parameter) => call.Parameters.Find(parameter)?.Contains("…(", StringComparison.Ordinal) == true;

    private static IEnumerable<KeyValuePair<string, string>> Sorted(IReadOnlyDictionary<string, string> errors) => errors.OrderBy(static e => e.Key, StringComparer.Ordinal);

    private static string Show(IReadOnlyDictionary<string, string> errors) => string.Join(" | ", Sorted(errors).Select(static e => $"{e.Key}: {e.Value}"));
}
