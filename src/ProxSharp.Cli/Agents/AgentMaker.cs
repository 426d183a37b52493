using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Agents;

/// <summary>Makes what a token for an agent needs, or nothing: what a run that fails has made is taken back, and told.</summary>
internal sealed class AgentMaker(ServerSession session, Action<string> tell)
{
    /// <summary>Makes the calls.</summary>
    /// <returns>The secret of the token.</returns>
    /// <exception cref="CliException">One of them failed; it says what was taken back and what stands.</exception>
    public async Task<string> MakeAsync(IReadOnlyList<PlannedCall> calls, CancellationToken cancellationToken)
    {
        string? secret = null;
        Stack<PlannedCall> made = new();
        foreach (PlannedCall call in calls)
        {
            try
            {
                made.Push(call);
                JsonElement answer = (await session.CallAsync(call.Method, call.Path, call.Parameters, null, cancellationToken).ConfigureAwait(false)).Data;
                secret = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("value", out JsonElement value) ? value.GetString() : secret;
            }
            catch (Exception failure) when (failure is ProxmoxException or CliException or OperationCanceledException)
            {
                // Whoever said no has made nothing. Of what was given up nobody knows.
                PlannedCall? unsure = failure is ProxmoxOutcomeUnknownException or OperationCanceledException ? call : null;
                if (unsure is null)
                {
                    made.Pop();
                }

                throw await TakeBackAsync(made, unsure, failure).ConfigureAwait(false);
            }
        }

        return secret
            ?? throw await TakeBackAsync(made, null, new ProxmoxProtocolException("The server made a token and showed no secret.")).ConfigureAwait(false);
    }

    private async Task<Exception> TakeBackAsync(Stack<PlannedCall> made, PlannedCall? unsure, Exception failure)
    {
        if (made.Count == 0)
        {
            return failure;
        }

        List<string> gone = [];
        List<(string What, string Command)> standing = [];
        foreach (PlannedCall call in made)
        {
            PlannedCall back = Back(call);
            try
            {
                // Also whoever breaks off is left with nothing half made.
                await session.CallAsync(back.Method, back.Path, back.Parameters, null, CancellationToken.None).ConfigureAwait(false);
                gone.Add(Describe(call));
            }
            catch (ProxmoxApiException) when (call == unsure)
            {
                tell($"not there, or not to be taken back: {Describe(call)}");
            }
            catch (Exception reason) when (reason is ProxmoxException or CliException)
            {
                standing.Add((Describe(call), Command(back)));
                tell($"could not be taken back: {Describe(call)}: {ErrorMapper.Map(reason).Message.ReplaceLineEndings(" ")}");
            }
        }

        return new CliException(Error(failure, gone, standing), failure);
    }

    private static CliError Error(Exception failure, List<string> gone, List<(string What, string Command)> standing)
    {
        CliError error = failure is OperationCanceledException
            ? new CliError { Code = "error", ExitCode = ExitCodes.Error, Message = "It was broken off" }
            : ErrorMapper.Map(failure);
        string back = gone.Count > 0 ? $" Taken back: {string.Join(", ", gone)}." : "";
        string rest = standing.Count > 0 ? $" Still there: {string.Join(", ", standing.Select(static item => item.What))}." : " Nothing of it stands.";
        return error with
        {
            // Something was changed: that is no matter of the command line any more.
            ExitCode = error.ExitCode == ExitCodes.Usage ? ExitCodes.Error : error.ExitCode,
            Message = $"{error.Message.TrimEnd('.')}.{back}{rest}",
            Hint = standing.Count > 0 ? $"Remove the rest: {string.Join("; ", standing.Select(static item => item.Command))}" : error.Hint,
        };
    }

    private static PlannedCall Back(PlannedCall call)
    {
        if (call.Method == ApiMethod.Put)
        {
            ApiParameters parameters = new() { { "delete", true } };
            foreach (ApiParameter parameter in call.Parameters)
            {
                parameters.Add(parameter.Name, parameter.Text);
            }

            return call with { Parameters = parameters };
        }

        string? name = Find(call, "roleid") ?? Find(call, "userid");
        return call with { Method = ApiMethod.Delete, Path = name is null ? call.Path : $"{call.Path}/{Uri.EscapeDataString(name)}", Parameters = [] };
    }

    private static string Describe(PlannedCall call) => call.Method == ApiMethod.Put
        ? $"{Find(call, "roles") ?? Find(call, "role")} for {Find(call, "users") ?? Find(call, "tokens") ?? Find(call, "auth-id")} on {Find(call, "path")}"
        : Find(call, "roleid") is { } role ? $"the role {role}"
        : Find(call, "userid") is { } user ? $"the user {user}"
        : $"the token {Uri.UnescapeDataString(call.Path.Split('/')[3])}!{Uri.UnescapeDataString(call.Path.Split('/')[^1])}";

    private static string Command(PlannedCall back) => PrintedCommands.Of([
        "api", back.Method == ApiMethod.Put ? "set" : "delete", back.Path, .. back.Parameters.Select(static parameter => $"{parameter.Name}={parameter.Text}"),
    ]);

    private static string? Find(PlannedCall call, string name) =>
        call.Parameters.Where(parameter => parameter.Name == name).Select(static parameter => parameter.Text).FirstOrDefault();
}
