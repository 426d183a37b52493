using System.Text.Encodings.Web;
using System.Text.Json;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Errors;

/// <summary>Writes an error: one line for people, one JSON envelope for programs.</summary>
internal static class ErrorWriter
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes <c>error: what and why. Next step.</c></summary>
    public static void WriteLine(TextWriter writer, CliError error, Ansi ansi)
    {
        writer.WriteLine($"{ansi.Red("error:")} {OneLine(error)}");
        foreach (string line in error.LogTail)
        {
            writer.WriteLine($"  {ansi.Dim(TextCells.Visible(line))}");
        }
    }

    /// <summary>Writes <c>{"error":{...}}</c> on one line.</summary>
    public static void WriteJson(TextWriter writer, CliError error) =>
        writer.WriteLine(JsonText.Write(json => WriteEnvelope(json, error), s_json));

    private static string OneLine(CliError error)
    {
        string message = Flat(error.Message);
        string sentence = message.EndsWith('.') || message.EndsWith('!') || message.EndsWith('?') ? message : message + ".";
        return error.Hint is null ? sentence : $"{sentence} {Flat(error.Hint)}";
    }

    private static string Flat(string text) =>
        TextCells.Visible(string.Join(' ', text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));

    private static void WriteEnvelope(Utf8JsonWriter json, CliError error)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("code", error.Code);
        json.WriteNumber("exitCode", error.ExitCode);
        json.WriteString("message", error.Message);
        WriteOptional(json, "hint", error.Hint);
        json.WriteBoolean("retryable", error.IsRetryable);
        if (error.OutcomeUnknown)
        {
            json.WriteBoolean("outcomeUnknown", true);
        }

        if (error.Status is { } status)
        {
            json.WriteNumber("status", status);
        }

        WriteOptional(json, "privilege", error.Privilege);
        WriteOptional(json, "privilegePath", error.PrivilegePath);
        if (error.Need.Count > 0)
        {
            json.WriteStartArray("need");
            foreach (string option in error.Need)
            {
                json.WriteStringValue(option);
            }

            json.WriteEndArray();
        }

        WriteOptional(json, "upid", error.Upid);
        WriteOptional(json, "node", error.Node);
        if (error.ParameterErrors.Count > 0)
        {
            json.WriteStartObject("parameterErrors");
            foreach ((string name, string complaint) in error.ParameterErrors)
            {
                json.WriteString(name, complaint.Trim());
            }

            json.WriteEndObject();
        }

        if (error.LogTail.Count > 0)
        {
            json.WriteStartArray("logTail");
            foreach (string line in error.LogTail)
            {
                json.WriteStringValue(line);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
