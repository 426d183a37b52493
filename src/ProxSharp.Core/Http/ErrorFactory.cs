using System.Net;
using System.Text;
using ProxSharp.AccessControl;
using ProxSharp.Api;

namespace ProxSharp.Http;

/// <summary>Makes exceptions of error answers.</summary>
internal static class ErrorFactory
{
    private const int LongestMessage = 2000;

    /// <summary>Makes the exception for an answer that is no success.</summary>
    public static ProxmoxApiException Create(ApiCall call, string host, HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        ServerError error = ServerError.Read(response, body);
        int status = (int)response.StatusCode;
        ErrorRule rule = ErrorTable.Find(status, error.WholeText);
        string said = Secrets.Redact(error.Message, call.Parameters);
        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        foreach ((string name, string text) in error.Parameters)
        {
            parameters[name] = Secrets.Redact(text, call.Parameters);
        }

        (string? path, string? privilege) = rule.Kind == ErrorKind.Permission ? MissingPrivilege.Find(said) : default;
        string hint = HintFor(rule, call);
        if (rule.Name == "forbidden")
        {
            (path, privilege, hint) = Forbidden(call, path, privilege, hint);
        }

        Facts facts = new(Compose(call, host, said, parameters, hint), said, parameters, response.StatusCode, rule, call, path, privilege);
        return Build(facts);
    }

    /// <summary>
    /// Writes <c>Unable to GET /x on host: text. hint.</c> on one line; what the caller says the call does stands in for verb, path and host.
    /// </summary>
    internal static string Compose(ApiCall call, string host, string said, IReadOnlyDictionary<string, string> parameters, string hint)
    {
        StringBuilder text = new();
        text.Append("Unable to ").Append(call.Action ?? $"{call} on {host}").Append(": ");
        AppendLine(text, said);

        // The backup server's text already holds the complaints.
        if (parameters.Count > 0 && !parameters.Keys.All(name => said.Contains($"'{name}'", StringComparison.Ordinal)))
        {
            text.Append(": ");
            bool first = true;
            foreach ((string name, string complaint) in parameters)
            {
                text.Append(first ? "" : "; ").Append(name).Append(": ");
                AppendLine(text, complaint);
                first = false;
            }
        }

        // A text that ends in a mark of its own, such as "authentication failure!", gets no second one.
        if (text[^1] is not ('!' or '?'))
        {
            text.Append('.');
        }

        if (hint.Length > 0)
        {
            text.Append(' ').Append(hint).Append('.');
        }

        return text.ToString();
    }

    private static void AppendLine(StringBuilder text, string part)
    {
        string line = part.ReplaceLineEndings(" ").Trim().TrimEnd('.', ':');
        text.Append(line.Length > LongestMessage ? $"{line.AsSpan(0, LongestMessage)}..." : line);
    }

    // Proxmox: the backup server does not say what is missing, and Proxmox VE does not where one of several privileges suffices; what the call needs is declared.
    private static (string? Path, string? Privilege, string Hint) Forbidden(ApiCall call, string? path, string? privilege, string hint)
    {
        const string Token = "an API token needs it for itself as well as its user";
        if (privilege is not null)
        {
            return (path, privilege, $"Grant {privilege} on {path}; a token with privilege separation needs it for itself as well");
        }

        if (call.Binding is not { Schema: { } schema, Endpoint: { } endpoint })
        {
            return (path, privilege, hint);
        }

        if (ProseNeeds.Of(schema.Product, endpoint.Method, endpoint.Path, call.Parameters) is { } prose)
        {
            return (prose.Path, prose.Privilege, $"The call needs {prose.Text}; {Token}");
        }

        DeclaredNeed need = DeclaredNeed.Of(endpoint, schema.Product, call.Parameters);
        PermissionRequirement? named = need.Only ?? need.First;
        return (
            named?.Path ?? path,
            named is not null ? string.Join(named.AnySuffices ? " or " : " and ", named.Privileges) : privilege,
            need.Text.Length == 0 ? hint
            : need.IsRootOnly ? $"The call needs the caller {need.Text}; no API token can make it"
            : $"The call needs {need.Text}; {Token}");
    }

    // Proxmox: a new backup is a conversation that begins with a GET.
    private const string NewBackup = "/backup";

    // Only a change can be made twice.
    private static string HintFor(ErrorRule rule, ApiCall call)
    {
        if (rule.ReadHint is { } other && call.IsRead && call.Operation.Path != NewBackup)
        {
            return other;
        }

        if (!rule.OutcomeUnknown)
        {
            return rule.Hint;
        }

        bool warns = rule.Hint.Contains("look before you repeat", StringComparison.Ordinal);
        return call.IsRead
            ? rule.Hint == ErrorTable.CheckBeforeRepeating ? "Try again later" : rule.Hint
            : warns ? rule.Hint : $"{rule.Hint}. {ErrorTable.CheckBeforeRepeating}";
    }

    private static ProxmoxApiException Build(Facts facts) => facts.Rule.Kind switch
    {
        ErrorKind.NotFound => new ProxmoxNotFoundException(facts.Message)
        {
            StatusCode = facts.Status,
            Method = facts.Method,
            Path = facts.Path,
            ServerMessage = facts.Said,
            ParameterErrors = facts.Parameters,
        },
        ErrorKind.Permission => new ProxmoxPermissionException(facts.Message)
        {
            StatusCode = facts.Status,
            Method = facts.Method,
            Path = facts.Path,
            ServerMessage = facts.Said,
            ParameterErrors = facts.Parameters,
            PrivilegePath = facts.PrivilegePath,
            Privilege = facts.Privilege,
        },
        ErrorKind.Authentication => new ProxmoxAuthenticationException(facts.Message)
        {
            StatusCode = facts.Status,
            Method = facts.Method,
            Path = facts.Path,
            ServerMessage = facts.Said,
            ParameterErrors = facts.Parameters,
        },
        ErrorKind.Conflict => new ProxmoxConflictException(facts.Message)
        {
            StatusCode = facts.Status,
            Method = facts.Method,
            Path = facts.Path,
            ServerMessage = facts.Said,
            ParameterErrors = facts.Parameters,
            Transient = facts.Rule.IsTransient,
            Busy = facts.Rule.IsBusy,
        },
        _ => new ProxmoxApiException(facts.Message)
        {
            StatusCode = facts.Status,
            Method = facts.Method,
            Path = facts.Path,
            ServerMessage = facts.Said,
            ParameterErrors = facts.Parameters,
            Transient = facts.Rule.IsTransient,
            RepeatsReads = facts.Rule.RepeatsReads,
            OutcomeUnknown = facts.OutcomeUnknown,
        },
    };

    private sealed record Facts(
        string Message,
        string Said,
        IReadOnlyDictionary<string, string> Parameters,
        HttpStatusCode Status,
        ErrorRule Rule,
        ApiCall Call,
        string? PrivilegePath,
        string? Privilege)
    {
        public ApiMethod Method => Call.Operation.Method;

        public string Path => Call.Operation.Template.Describe(Call.Parameters);

        public bool OutcomeUnknown => Rule.OutcomeUnknown && !Call.IsRead;
    }
}
