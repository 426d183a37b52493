namespace ProxSharp.Pbs.Backups;

/// <summary>
/// Goes through namespaces. The server lists those that the caller may see something in or below, so some of them may be closed; and some may have gone since.
/// </summary>
internal sealed class NamespaceWalk
{
    private ProxmoxPermissionException? _refusal;
    private bool _hasRead;

    /// <summary>Takes what is in a namespace; nothing if it is closed or gone.</summary>
    public async Task<IReadOnlyList<T>> VisitAsync<T>(Task<IReadOnlyList<T>> call)
    {
        try
        {
            IReadOnlyList<T> items = await OrNoneAsync(call).ConfigureAwait(false);
            _hasRead = true;
            return items;
        }
        catch (ProxmoxPermissionException refusal)
        {
            _refusal ??= refusal;
            return [];
        }
    }

    /// <inheritdoc cref="VisitAsync"/>
    public IReadOnlyList<T> Visit<T>(Func<IReadOnlyList<T>> call)
    {
        try
        {
            IReadOnlyList<T> items = OrNone(call);
            _hasRead = true;
            return items;
        }
        catch (ProxmoxPermissionException refusal)
        {
            _refusal ??= refusal;
            return [];
        }
    }

    /// <summary>Fails if every namespace was closed.</summary>
    /// <exception cref="ProxmoxPermissionException">The server refused them all.</exception>
    public void Conclude()
    {
        if (!_hasRead && _refusal is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Takes a list; nothing if its object has gone.</summary>
    public static async Task<IReadOnlyList<T>> OrNoneAsync<T>(Task<IReadOnlyList<T>> call)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (ProxmoxNotFoundException)
        {
            return [];
        }
    }

    /// <inheritdoc cref="OrNoneAsync"/>
    public static IReadOnlyList<T> OrNone<T>(Func<IReadOnlyList<T>> call)
    {
        try
        {
            return call();
        }
        catch (ProxmoxNotFoundException)
        {
            return [];
        }
    }
}
