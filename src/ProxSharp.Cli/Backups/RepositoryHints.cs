using System.Text.RegularExpressions;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;

namespace ProxSharp.Cli.Backups;

/// <summary>Makes the next steps that are printed fit for somebody who named a repository: no context knows that server.</summary>
/// <param name="repository">The repository.</param>
/// <param name="isTyped">True if the environment does not name it.</param>
internal sealed class RepositoryHints(string repository, bool isTyped)
{
    private readonly string _option = $" --repository {GuardWords.Join([repository])}";

    /// <summary>Returns an error whose next step fits; null if it does already.</summary>
    public CliError? Fit(CliError error) => error.Hint is { } hint && In(hint) is var fit && fit != hint ? error with { Hint = fit } : null;

    /// <summary>Changes the commands of a text.</summary>
    public string In(string text)
    {
        text = Replace(text, "prox api get /admin/datastore(?![/\\w])", static _ => "prox datastore list");
        text = Replace(text, @"prox api get /\S+", static _ => "prox backup list");
        text = Replace(text, @"prox api describe \S+", static command => $"{command} --product pbs");
        text = Replace(text, @" \(prox context show\)", static _ => " (PBS_REPOSITORY and PBS_PASSWORD)");
        text = Replace(text, @"prox datastore namespace list \S+", static command => $"{command} --context NAME");
        text = Replace(text, "prox task [a-z]+", command => command + _option);
        return isTyped && !text.Contains("--repository", StringComparison.Ordinal)
            ? Replace(text, "prox backup (list|snapshots|ls|cat|find|diff|verify|restore|create|forget|prune)(?![a-z-])", command => command + _option)
            : text;
    }

    private static string Replace(string text, string pattern, Func<string, string> change) =>
        Regex.Replace(text, pattern, match => change(match.Value), RegexOptions.CultureInvariant);
}
