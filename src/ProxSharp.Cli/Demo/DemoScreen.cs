using System.Globalization;
using ProxSharp.Cli.Terminal;
using Spectre.Console;

namespace ProxSharp.Cli.Demo;

/// <summary>Shows the tour: with colours and lines in a terminal, as plain text in a pipe.</summary>
internal sealed class DemoScreen
{
    private const int WidestText = 110;

    private readonly TextWriter _writer;
    private readonly IAnsiConsole _console;
    private readonly bool _isTerminal;

    public DemoScreen(IConsoleHost host, bool colours)
    {
        _writer = host.Out;
        _isTerminal = host.IsOutputTerminal;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.EightBit : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(host.Out),
        });
        Width = Math.Clamp(host.Width ?? WidestText, 40, WidestText);
        _console.Profile.Width = Width;
        _console.Profile.Capabilities.Unicode = _isTerminal;
    }

    /// <summary>The columns that are used.</summary>
    public int Width { get; }

    /// <summary>Opens the tour.</summary>
    public void Open(string title, string words)
    {
        if (_isTerminal)
        {
            _console.Write(new Panel(new Markup($"[bold]{Markup.Escape(title)}[/]\n{Markup.Escape(words)}"))
            {
                Border = BoxBorder.Rounded,
                BorderStyle = new Style(Color.Orange1),
                Expand = true,
            });
        }
        else
        {
            Plain(title);
            Plain(words);
        }

        _writer.Flush();
    }

    /// <summary>Begins a station.</summary>
    public void Begin(int number, int count, DemoStep step)
    {
        _writer.WriteLine();
        string title = string.Create(CultureInfo.InvariantCulture, $"{number}/{count}  {step.Title}");
        if (_isTerminal)
        {
            _console.Write(new Rule($"[bold orange1]{Markup.Escape(title)}[/]") { Justification = Justify.Left, Style = new Style(Color.Grey) });
        }
        else
        {
            Plain($"== {title} ==");
        }

        _console.MarkupLineInterpolated($"[grey]{step.Words}[/]");
        _writer.Flush();
    }

    /// <summary>Shows a command line before it runs.</summary>
    public void Command(DemoCommandLine line)
    {
        _writer.WriteLine();

        // Never broken: people copy it.
        string text = $"$ {line}";
        _writer.WriteLine(_console.Profile.Capabilities.Ansi ? $"\e[36m{text}\e[0m" : text);
        _writer.Flush();
    }

    /// <summary>Shows how a command line ended that had to fail.</summary>
    public void Failed(int exitCode)
    {
        _console.MarkupLineInterpolated($"  [grey](exit code {exitCode}, as it should be)[/]");
        _writer.Flush();
    }

    /// <summary>Ends the tour.</summary>
    public void Close(IReadOnlyList<(string Command, string Meaning)> next, TimeSpan duration)
    {
        _writer.WriteLine();
        string done = string.Create(CultureInfo.InvariantCulture, $"Done in {duration.TotalSeconds:0.0} s. What to try next:");
        if (_isTerminal)
        {
            _console.Write(new Rule { Style = new Style(Color.Grey) });
        }

        _console.MarkupLineInterpolated($"[bold]{done}[/]");
        int longest = next.Max(static item => item.Command.Length);
        foreach ((string command, string meaning) in next)
        {
            _console.MarkupLineInterpolated($"  [cyan]{command.PadRight(longest)}[/]  {meaning}");
        }

        _writer.Flush();
    }

    private void Plain(string text)
    {
        foreach (string line in TextCells.Wrap(text, Width))
        {
            _writer.WriteLine(line);
        }
    }
}
