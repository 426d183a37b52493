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
            Details = "Only reads. Ends with exit code 1 if something will not work, with the command that mends it.",
            Examples = [new("doctor", "the current context"), new("doctor -c backup -o json", "another one, for a program")],
        };

    private static async Task<int> RunAsync(VerbRun run, CancellationToken cancellationToken)
    {
        List<Finding> findings = [];
        await foreach (Finding finding in Checks.RunAsync(run, cancellationToken).ConfigureAwait(false))
        {
            findings.Add(finding with { Fix = run.Command.Printed.In(finding.Fix) });
        }

        if (run.Command.Output.Format is OutputFormat.Table && run.Command.Output.Fields is null && run.Command.Output.Query is null)
        {
            DoctorText.Write(run, findings);
        }
        else
        {
            run.Write(JsonText.Build(json => Write(json, findings)), s_shape);
        }

        return findings.Exists(static finding => finding.State == FindingState.Failure) ? ExitCodes.Error : ExitCodes.Success;
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
