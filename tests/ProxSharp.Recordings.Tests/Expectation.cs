using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Assertion = Xunit.Assert;

namespace ProxSharp.Recordings.Tests;

/// <summary>What exception a recorded error must become, decided from the recording alone.</summary>
internal static partial class Expectation
{
    public static void Assert(Recording recording, ProxmoxException? error)
    {
        ProxmoxApiException exception = Assertion.IsType<ProxmoxApiException>(error, exactMatch: false);
        Assertion.Equal(recording.Status, (int)exception.StatusCode);
        Assertion.Equal(recording.Method, exception.Method);
        string text = FullText(recording);
        Assertion.Equal(text, exception.ServerMessage.Trim());
        AssertParameters(recording, text, exception);
        AssertKind(recording, text, exception);
    }

    private static void AssertParameters(Recording recording, string text, ProxmoxApiException exception)
    {
        if (recording.Product == ProxmoxProduct.VirtualEnvironment)
        {
            Assertion.Equal(Errors(recording), exception.ParameterErrors.ToDictionary(static e => e.Key, static e => e.Value.Trim(), StringComparer.Ordinal));
            return;
        }

        // A backup server has one text for all; the client takes it apart.
        Assertion.Equal(text.StartsWith("parameter verification failed", StringComparison.Ordinal), exception.ParameterErrors.Count > 0);
        Assertion.All(exception.ParameterErrors, error =>
        {
            Assertion.Contains(error.Key, text, StringComparison.Ordinal);
            Assertion.Contains(error.Value, text, StringComparison.Ordinal);
        });
    }

    private static void AssertKind(Recording recording, string text, ProxmoxApiException exception)
    {
        switch (recording.Status)
        {
            case 401:
                Assertion.IsType<ProxmoxAuthenticationException>(exception);
                break;
            case 403:
                ProxmoxPermissionException denied = Assertion.IsType<ProxmoxPermissionException>(exception);
                Match match = MissingPrivilege().Match(text);

                // Where the text names nothing the client may know what the call needs.
                Assertion.Equal(match.Success ? match.Groups["path"].Value : denied.PrivilegePath, denied.PrivilegePath);
                Assertion.Equal(denied.PrivilegePath is null, denied.Privilege is null);
                break;
            case >= 595:
                Assertion.True(exception.IsTransient);
                Assertion.Equal(recording.Status != 595 && recording.Method != Api.ApiMethod.Get, exception.OutcomeUnknown);
                break;
            case 500 when Conflict().IsMatch(text):
                Assertion.IsType<ProxmoxConflictException>(exception);
                break;
            case 500 when Missing().IsMatch(text):
                Assertion.IsType<ProxmoxNotFoundException>(exception);
                break;
        }
    }

    /// <summary>The text of the body if it has one, otherwise the reason phrase.</summary>
    private static string FullText(Recording recording)
    {
        string body = Encoding.UTF8.GetString(recording.Body);
        if (recording.Product == ProxmoxProduct.BackupServer)
        {
            return body.Length > 0 ? body.Trim() : recording.Reason;
        }

        return Json(recording)?["message"]?.GetValue<string>().Trim() is { Length: > 0 } message ? message : recording.Reason.Trim();
    }

    private static Dictionary<string, string> Errors(Recording recording) =>
        Json(recording)?["errors"] is JsonObject errors
            ? errors.ToDictionary(static e => e.Key, static e => e.Value!.GetValue<string>().Trim(), StringComparer.Ordinal)
            : [];

    private static JsonNode? Json(Recording recording) =>
        recording.Product == ProxmoxProduct.VirtualEnvironment && recording.Body is [(byte)'{', ..] body ? JsonNode.Parse(body) : null;

    [GeneratedRegex(@"^Permission check failed \((?<path>/[^,]*), ")]
    private static partial Regex MissingPrivilege();

    [GeneratedRegex("already exists|already defined|is locked|checksum mismatch|detected modified configuration|can't lock file|config file already exists")]
    private static partial Regex Conflict();

    [GeneratedRegex("does not exist|no such |not found")]
    private static partial Regex Missing();
}
