using Microsoft.Extensions.Logging;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Calls;

/// <summary>Writes what goes wrong between the agent's program and this one to standard error; standard output belongs to the protocol.</summary>
/// <param name="writer">Where lines go.</param>
internal sealed class ProtocolLog(TextWriter writer) : ILoggerFactory, ILogger
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
    public bool IsEnabled(LogLevel logLevel) => logLevel is LogLevel.Warning or LogLevel.Error or LogLevel.Critical;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        string line = $"prox mcp: {TextCells.Visible(formatter(state, exception))}{(exception is null ? "" : $" ({exception.GetType().Name})")}";
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
