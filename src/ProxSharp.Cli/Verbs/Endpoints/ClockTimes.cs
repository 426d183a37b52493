using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>
/// Times that calls take as the server's clock shows them, such as those of the system log. People may write them in any way; one with an offset, or in
/// seconds, is a point in time, and becomes what the clock showed then.
/// </summary>
internal static class ClockTimes
{
    private const string Form = "yyyy-MM-dd HH:mm:ss";

    /// <summary>Tells whether a parameter is such a time.</summary>
    public static bool IsTime(string name, ApiNode node) =>
        node.Type == ApiValueType.String && name is "since" or "until" && node.Pattern?.Contains(@"\d{4}-\d{2}-\d{2}", StringComparison.Ordinal) == true;

    /// <summary>Returns a value in the form that travels; a point in time stays, until the server's clock is known.</summary>
    /// <param name="option">The option.</param>
    /// <param name="value">What was typed.</param>
    /// <exception cref="CliException">It is no time.</exception>
    public static string Settle(string option, string value) =>
        Clock(value) is { } time ? time.ToString(Form, CultureInfo.InvariantCulture)
        : TimeValues.TryRead(value) is not null ? value
        : throw CliException.Usage(
            $"{option}: '{TextCells.Visible(value)}' is no time",
            "Write it as 2026-01-31 02:00:00 or 2026-01-31 by the server's clock, or with an offset: 2026-01-31T02:00:00Z");

    /// <summary>Returns the parameters as they are sent.</summary>
    /// <param name="session">The server.</param>
    /// <param name="endpoint">The call.</param>
    /// <param name="path">Its path.</param>
    /// <param name="parameters">What was typed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ApiParameters> ByClockAsync(
        ServerSession session, ApiEndpoint endpoint, string path, ApiParameters parameters, CancellationToken cancellationToken)
    {
        bool IsPoint(ApiParameter parameter) =>
            endpoint.Parameters.TryGetValue(parameter.Name, out ApiNode? node) && IsTime(parameter.Name, node) && Clock(parameter.Text) is null;
        if (!parameters.Any(IsPoint))
        {
            return parameters;
        }

        string clock = string.Concat(path.AsSpan(0, path.LastIndexOf('/')), "/time");
        JsonElement now = (await session.GetAsync(clock, [], cancellationToken).ConfigureAwait(false)).Data;
        ApiParameters sent = [];
        foreach (ApiParameter parameter in parameters)
        {
            sent.Add(IsPoint(parameter) && TimeValues.TryRead(parameter.Text) is { } time
                ? parameter with { Text = Shown(time, now).ToString(Form, CultureInfo.InvariantCulture) }
                : parameter);
        }

        return sent;
    }

    // In another part of the year the clock may show another hour than its distance from UTC today says.
    private static DateTimeOffset Shown(DateTimeOffset time, JsonElement now) =>
        now.TryGetProperty("timezone", out JsonElement zone) && TimeZoneInfo.TryFindSystemTimeZoneById(zone.GetString() ?? "", out TimeZoneInfo? known)
            ? TimeZoneInfo.ConvertTime(time, known)
            : time.ToUniversalTime().AddSeconds(now.GetProperty("localtime").GetInt64() - now.GetProperty("time").GetInt64());

    private static DateTime? Clock(string text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime time) && time.Kind == DateTimeKind.Unspecified ? time : null;
}
