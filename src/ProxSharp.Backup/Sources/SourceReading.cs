namespace ProxSharp.Backup.Sources;

/// <summary>Words what goes wrong when a source is read.</summary>
internal static class SourceReading
{
    /// <summary>Reads something.</summary>
    /// <exception cref="BackupSourceException">It cannot be read.</exception>
    public static T Run<T>(string archive, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw BackupSourceException.Create(archive, exception.Message, exception);
        }
    }

    /// <inheritdoc cref="Run"/>
    public static async ValueTask<T> RunAsync<T>(string archive, Func<ValueTask<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw BackupSourceException.Create(archive, exception.Message, exception);
        }
    }
}
