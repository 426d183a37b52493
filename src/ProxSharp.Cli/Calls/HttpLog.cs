using System.Globalization;
using Microsoft.Extensions.Logging;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Calls;

/// <summary>Writes the calls of the library to standard error, for <c>--debug-http</c>. The library itself leaves secrets out.</summary>
/// <param name="writer">Where lines go.</param>
/// <param name="time">The clock.</param>
internal sealed class HttpLog(TextWriter writer, TimeProvider time) : ILoggerFactory, ILogger
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("There is one place for these lines.");

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string line = $"{time.GetUtcNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {TextCells.Visible(formatter(state, exception))}";
        lock (_gate)
        {
            writer.WriteLine(line);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
