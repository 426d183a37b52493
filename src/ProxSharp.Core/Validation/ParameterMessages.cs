using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>Sentences made of complaints.</summary>
public static class ParameterMessages
{
    /// <summary>The body of the answer of Proxmox Backup Server, which has no member for single parameters.</summary>
    public static string BackupServer(IReadOnlyList<ParameterError> errors) => errors.Count == 1
        ? $"parameter verification failed - '{errors[0].Parameter}': {errors[0].Text}"
        : $"parameter verification failed:\n{string.Join('\n', errors.Select(static error => $"- '{error.Parameter}': {error.Text}"))}";

    /// <summary>One line for a person: the call, then each parameter with its complaint.</summary>
    internal static string OneLine(ApiEndpoint endpoint, IReadOnlyList<ParameterError> errors)
    {
        IEnumerable<string> parts = errors.Select(static error => $"{error.Parameter}: {Flatten(error.Text)}");
        return errors.Count == 1
            ? $"{endpoint} was not sent because of the parameter {parts.Single()}"
            : $"{endpoint} was not sent because of {errors.Count} parameters. {string.Join("; ", parts)}";
    }

    private static string Flatten(string text) => text.Trim('\n').Replace("\n", " / ", StringComparison.Ordinal);
}
