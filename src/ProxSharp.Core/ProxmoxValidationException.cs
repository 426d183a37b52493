using ProxSharp.Api;

namespace ProxSharp;

/// <summary>
/// Parameters do not fit the API schema. The library found out before it sent anything; <see cref="ParameterErrors"/> says what is wrong with
/// each of them in the words the server would have used.
/// </summary>
public sealed class ProxmoxValidationException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    public ProxmoxValidationException(string message, ApiMethod method, string path, IReadOnlyDictionary<string, string> parameterErrors)
        : base(message)
    {
        Method = method;
        Path = path;
        ParameterErrors = parameterErrors;
    }

    /// <summary>The verb of the call that was not made.</summary>
    public ApiMethod Method { get; }

    /// <summary>The path template of the call that was not made.</summary>
    public string Path { get; }

    /// <summary>The complaint for each bad parameter, by wire name; nested names are written <c>net0.model</c> as the server does.</summary>
    public IReadOnlyDictionary<string, string> ParameterErrors { get; }

    /// <summary>What works instead, as a sentence; null if other values do.</summary>
    public string? Alternative { get; init; }
}
