using System.CommandLine;
using System.Text.Json;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Commands;

/// <summary>Writes what is known about a command for programs.</summary>
internal static class CommandJson
{
    /// <summary>Writes a command.</summary>
    /// <param name="json">Where it goes.</param>
    /// <param name="path">Its words.</param>
    /// <param name="command">The command.</param>
    /// <param name="isWhole">False for the words, the class and the sentence only.</param>
    public static void Write(Utf8JsonWriter json, string path, ProxCommand command, bool isWhole)
    {
        Verb? verb = (command as VerbCommand)?.Verb;
        json.WriteStartObject();
        json.WriteString("command", $"prox {path}");
        json.WriteString("class", command.Class?.ToString().ToLowerInvariant() ?? "local");
        json.WriteString("summary", command.Description);
        if (isWhole)
        {
            json.WriteOptionalList("aliases", [.. command.Aliases]);
            json.WriteOptionalList("calls", verb?.Calls ?? []);
            WriteArguments(json, command);
            WriteOptions(json, command);
            WriteExamples(json, command);
        }

        json.WriteEndObject();
    }

    private static void WriteArguments(Utf8JsonWriter json, ProxCommand command)
    {
        json.WriteStartArray("arguments");
        foreach (Argument argument in command.Arguments)
        {
            json.WriteStartObject();
            json.WriteString("name", argument.Name);
            json.WriteBoolean("required", argument.Arity.MinimumNumberOfValues > 0);
            json.WriteBoolean("many", argument.Arity.MaximumNumberOfValues > 1);
            json.WriteString("description", argument.Description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOptions(Utf8JsonWriter json, ProxCommand command)
    {
        json.WriteStartArray("options");
        foreach (Option option in command.Options.Where(static option => !option.Hidden))
        {
            json.WriteStartObject();
            json.WriteString("name", option.Name);
            json.WriteOptionalList("aliases", [.. option.Aliases]);
            json.WriteString("value", option.HelpName);
            json.WriteString("description", option.Description);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteExamples(Utf8JsonWriter json, ProxCommand command)
    {
        json.WriteStartArray("examples");
        foreach (CommandExample example in command.Examples)
        {
            json.WriteStartObject();
            json.WriteString("line", $"prox {example.Line}");
            json.WriteString("meaning", example.Meaning);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
