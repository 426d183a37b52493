using System.Text.Json;
using ProxSharp.Cli.Output;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>Writes what became of guests.</summary>
internal static class GuestRows
{
    /// <summary>What tables show.</summary>
    public static readonly ResultShape Shape = new()
    {
        LeadingFields = ["vmid", "name", "node", "outcome"],
        TableFields = ["vmid", "name", "node", "action", "outcome", "message"],
        KnownFields = ["vmid", "name", "node", "type", "action", "outcome", "message", "outcomeUnknown", "upid", "exitstatus", "result"],
        NameField = "vmid",
    };

    /// <summary>What tables show where nobody waited: the tasks.</summary>
    public static readonly ResultShape Detached = Shape with
    {
        TableFields = ["vmid", "name", "node", "outcome", "upid", "message"],
        NameField = "upid",
        WholeField = "upid",
    };

    /// <summary>Writes one row.</summary>
    public static void Write(Utf8JsonWriter json, GuestRow row)
    {
        json.WriteStartObject();
        json.WriteNumber("vmid", row.Guest.Id.Value);
        json.WriteString("name", row.Guest.Name);
        json.WriteString("node", row.Guest.Node);
        json.WriteString("type", row.Guest.Type.Value);
        json.WriteString("action", row.Action);
        json.WriteString("outcome", Word(row.Outcome));
        Optional(json, "upid", row.Upid);
        Optional(json, "exitstatus", row.ExitStatus);
        Optional(json, "message", row.Message);
        json.WriteFlag("outcomeUnknown", row.IsUncertain);
        if (row.Result is { } result)
        {
            json.WritePropertyName("result");
            result.WriteTo(json);
        }

        json.WriteEndObject();
    }

    /// <summary>The word for an outcome.</summary>
    public static string Word(BulkOutcome outcome) => outcome switch
    {
        BulkOutcome.Succeeded => "ok",
        BulkOutcome.Warnings => "warnings",
        BulkOutcome.Failed => "failed",
        BulkOutcome.Skipped => "skipped",
        BulkOutcome.Running => "started",
        BulkOutcome.Planned => "planned",
        _ => "not-started",
    };

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }
}
