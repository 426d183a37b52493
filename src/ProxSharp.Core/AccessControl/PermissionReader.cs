namespace ProxSharp.AccessControl;

/// <summary>Answers questions about permissions with what the server says that the caller, and the user of its API token, hold.</summary>
internal abstract class PermissionReader
{
    /// <summary>Reads the privileges on a path: of the caller, or of a user.</summary>
    public abstract Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>>> ReadAsync(
        string path, string? user, CancellationToken cancellationToken);

    /// <inheritdoc cref="ReadAsync"/>
    public abstract IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>> Read(string path, string? user, CancellationToken cancellationToken);

    /// <summary>Answers a question.</summary>
    public async Task<PermissionVerdict> AnswerAsync(PermissionQuestion question, CancellationToken cancellationToken)
    {
        HeldPrivileges held = await HeldAsync(question, null, cancellationToken).ConfigureAwait(false);
        PermissionVerdict verdict = question.Answer(held, null);
        if (verdict.TokenLimit != TokenLimit.Unknown)
        {
            return verdict;
        }

        try
        {
            return question.Answer(held, await HeldAsync(question, question.UserOfToken, cancellationToken).ConfigureAwait(false));
        }
        catch (ProxmoxPermissionException)
        {
            return verdict; // The token may not look at its user: the verdict says that the reason stays open.
        }
    }

    /// <inheritdoc cref="AnswerAsync"/>
    public PermissionVerdict Answer(PermissionQuestion question, CancellationToken cancellationToken)
    {
        HeldPrivileges held = Held(question, null, cancellationToken);
        PermissionVerdict verdict = question.Answer(held, null);
        if (verdict.TokenLimit != TokenLimit.Unknown)
        {
            return verdict;
        }

        try
        {
            return question.Answer(held, Held(question, question.UserOfToken, cancellationToken));
        }
        catch (ProxmoxPermissionException)
        {
            return verdict; // The token may not look at its user: the verdict says that the reason stays open.
        }
    }

    private async Task<HeldPrivileges> HeldAsync(PermissionQuestion question, string? user, CancellationToken cancellationToken)
    {
        HeldPrivileges held = new();
        foreach (string path in question.Paths)
        {
            held.Add(path, await ReadAsync(path, user, cancellationToken).ConfigureAwait(false));
        }

        return held;
    }

    private HeldPrivileges Held(PermissionQuestion question, string? user, CancellationToken cancellationToken)
    {
        HeldPrivileges held = new();
        foreach (string path in question.Paths)
        {
            held.Add(path, Read(path, user, cancellationToken));
        }

        return held;
    }
}
