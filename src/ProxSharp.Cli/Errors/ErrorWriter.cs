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
            writer.WriteLine($"  {ansi.Dim(TextCells.LogLine(line))}");
        }
    }

    /// <summary>Writes <c>{"error":{...}}</c> on one line.</summary>
    public static void WriteJson(TextWriter writer, CliError error) =>
        writer.WriteLine(JsonText.Write(json => WriteEnvelope(json, error), s_json));

    /// <summary>Writes <c>{"warning":{"message":...}}</c> on one line.</summary>
    public static void WriteWarning(TextWriter writer, string text) => writer.WriteLine(JsonText.Compact(JsonText.Build(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("warning");
        json.WriteString("message", text);
        json.WriteEndObject();
        json.WriteEndObject();
    })));

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
        json.WriteOptional("hint", error.Hint);
        json.WriteBoolean("retryable", error.IsRetryable);
        json.WriteFlag("outcomeUnknown", error.OutcomeUnknown);
        if (error.Status is { } status)
        {
            json.WriteNumber("status", status);
        }

        json.WriteOptional("privilege", error.Privilege);
        json.WriteOptional("privilegePath", error.PrivilegePath);
        json.WriteOptionalList("need", error.Need);
        json.WriteOptionalList("removed", error.Removed);
        json.WriteOptionalList("left", error.Left);
        json.WriteOptional("upid", error.Upid);
        json.WriteOptional("node", error.Node);
        if (error.ParameterErrors.Count > 0)
        {
            WriteParameterErrors(json, error.ParameterErrors);
        }

        json.WriteOptionalList("logTail", error.LogTail);
        json.WriteOptionalList("warnings", error.Warnings);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteParameterErrors(Utf8JsonWriter json, IReadOnlyDictionary<string, string> errors)
    {
        json.WriteStartObject("parameterErrors");
        foreach ((string name, string complaint) in errors)
        {
            json.WriteString(name, complaint.Trim());
        }

        json.WriteEndObject();
    }
}
