namespace ProxSharp.Simulator.Calls;

/// <summary>An error answer of the simulated server.</summary>
internal sealed class ApiFault : Exception
{
    public const string VerificationFailed = "Parameter verification failed.";

    /// <summary>What the server says to who changes a configuration of which it has not seen the last version.</summary>
    public const string ConfigurationChanged = "detected modified configuration - file changed by other user? Try again.";

    public ApiFault(int status, string message, IReadOnlyDictionary<string, string>? errors = null)
        : base(message) => (Status, Errors) = (status, errors);

    public int Status { get; }

    /// <summary>Parameter to text; null if the error is about none.</summary>
    public IReadOnlyDictionary<string, string>? Errors { get; }

    /// <summary>How long the server waits before it says so.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>True if the answer has no body at all.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>True if the message ends without the newline that nearly all messages have.</summary>
    public bool WithoutNewline { get; init; }

    /// <summary>The server's usual answer when something is wrong: status 500 and a text.</summary>
    public static ApiFault Failed(string message) => new(500, message);

    public static ApiFault Parameter(string name, string text) =>
        new(400, VerificationFailed, new Dictionary<string, string>(StringComparer.Ordinal) { [name] = text });

    public static ApiFault Parameters(IReadOnlyDictionary<string, string> errors) => new(400, VerificationFailed, errors);

    public static ApiFault Forbidden(string? detail = null) =>
        new(403, detail is null ? "Permission check failed" : $"Permission check failed ({detail})");
}
