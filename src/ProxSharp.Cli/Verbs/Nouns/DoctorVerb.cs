using System.Text.Json;
using ProxSharp.Cli.Doctor;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary><c>prox doctor</c>: looks for what keeps the tool from working with a server, and for what is not well there.</summary>
internal static class DoctorVerb
{
    private static readonly ResultShape s_shape = new()
    {
        LeadingFields = ["area", "status", "finding", "fix"],
        TableFields = ["area", "status", "finding", "fix"],
        NameField = "area",
    };

    /// <summary>Makes the verb.</summary>
    public static Verb Make() =>
        new("doctor", "Check connection, certificate, clock and privileges, and look at the health of the cluster or backup server.", VerbClass.Read, RunAsync)
        {
            Calls = ["GET /version", "GET /cluster/status", "GET /cluster/resources", "GET /access/permissions"],
            Details =
                "Only reads, and names the command that mends what will not work. Exit code 1: something will not work; where no server can be worked with "
                + "at all, 3: connection or certificate, and 4: user, token or secret.",
            Examples = [new("doctor", "the current context"), new("doctor -c backup -o json", "another one, for a program")],
        };

    private static async Task<int> RunAsync(VerbRun run, CancellationToken cancellationToken)
    {
        List<Finding> findings = [];
        bool isText = run.Command.Output is { Format: OutputFormat.Table, Fields: null, Query: null };
        try
        {
            await foreach (Finding finding in Checks.RunAsync(run, cancellationToken).ConfigureAwait(false))
            {
                Add(finding with { Fix = run.Command.Printed.In(finding.Fix) });
            }
        }
        catch (Exception broken) when (findings.Count > 0 && broken is ProxmoxException or CliException)
        {
            // What was found so far is worth more than the error alone.
            CliError error = CertificateAdvice.Map(run.Context, broken);
            Add(new Finding("server", FindingState.Failure, $"the checks ended early: {error.Message}", run.Command.Printed.In(error.Hint ?? "")));
        }

        if (!isText)
        {
            run.Write(JsonText.Build(json => Write(json, findings)), s_shape);
        }

        return Judge(findings) is { } bad ? throw new CliException(bad) : ExitCodes.Success;

        void Add(Finding finding)
        {
            findings.Add(finding);
            if (isText)
            {
                DoctorText.Write(run, finding);
            }
        }
    }

    // What one server cannot do another one may: only if none works the code says why.
    private static CliError? Judge(List<Finding> findings)
    {
        List<Finding> failures = findings.FindAll(static finding => finding.State == FindingState.Failure);
        bool isWorking = findings.Exists(static finding => finding is { Area: "server", State: FindingState.Ok });
        return failures.Count == 0 ? null : new CliError
        {
            Code = "checks_failed",
            ExitCode = isWorking ? ExitCodes.Error : failures[0].ExitCode,
            Message = $"Of {findings.Count} findings {(failures.Count == 1 ? "one is a failure" : $"{failures.Count} are failures")}: "
                + string.Join(", ", failures.Select(static finding => finding.Area).Distinct()),
            Hint = "The list says what to do about it",
        };
    }

    private static void Write(Utf8JsonWriter json, List<Finding> findings)
    {
        json.WriteStartArray();
        foreach (Finding finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("area", finding.Area);
            json.WriteString("status", finding.State.ToString().ToLowerInvariant());
            json.WriteString("finding", finding.Text);
            if (finding.Fix.Length > 0)
            {
                json.WriteString("fix", finding.Fix);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
