using System.Globalization;
using System.Text;

namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>Executes scripts inside a guest. Time passes only by sleeping.</summary>
internal static class ShellInterpreter
{
    private const int NotFound = 127;

    /// <summary>Runs a script; returns its exit status.</summary>
    /// <exception cref="ShellExit">The shell was left or killed.</exception>
    public static int Run(ShellContext context, string script, ShellStreams streams)
    {
        ShellNode parsed;
        try
        {
            parsed = ShellParser.Parse(script);
        }
        catch (ShellSyntaxException exception)
        {
            streams.WriteError($"{context.ScriptName}: 1: {exception.Message}\n");
            return 2;
        }

        try
        {
            return Execute(context, parsed, streams);
        }
        catch (ShellSyntaxException exception)
        {
            streams.WriteError($"{context.ScriptName}: 1: {exception.Message}\n");
            throw new ShellExit(2);
        }
    }

    private static int Execute(ShellContext context, ShellNode node, ShellStreams streams)
    {
        context.Step();
        return context.LastStatus = node switch
        {
            ShellSequence sequence => Sequence(context, sequence, streams),
            ShellPair pair => Pair(context, pair, streams),
            ShellPipeline pipeline => Pipeline(context, pipeline, streams),
            ShellGroup group => Group(context, group, streams),
            ShellIf choice => Condition(context, choice.Condition, streams) == 0 ? Execute(context, choice.Then, streams) : choice.Else is { } other ? Execute(context, other, streams) : 0,
            ShellLoop loop => Loop(context, loop, streams),
            ShellFor loop => For(context, loop, streams),
            ShellCommand command => Command(context, command, streams),
            _ => throw new InvalidOperationException($"A shell cannot execute {node.GetType().Name}."),
        };
    }

    private static int Sequence(ShellContext context, ShellSequence sequence, ShellStreams streams)
    {
        int status = 0;
        foreach (ShellNode item in sequence.Items)
        {
            status = Execute(context, item, streams);
            if (status != 0 && context.StopsOnError && item is not (ShellPair or ShellIf or ShellLoop or ShellPipeline { IsNegated: true }))
            {
                throw new ShellExit(status);
            }
        }

        return status;
    }

    private static int Condition(ShellContext context, ShellNode condition, ShellStreams streams)
    {
        bool stops = context.StopsOnError;
        context.StopsOnError = false;
        int status = Execute(context, condition, streams);
        context.StopsOnError = stops;
        return status;
    }

    private static int Pair(ShellContext context, ShellPair pair, ShellStreams streams)
    {
        int status = Condition(context, pair.First, streams);
        return status == 0 == pair.NeedsSuccess ? Execute(context, pair.Second, streams) : status;
    }

    private static int Pipeline(ShellContext context, ShellPipeline pipeline, ShellStreams streams)
    {
        ShellInput input = streams.Input;
        TimeSpan longest = context.Elapsed;
        int status = 0;
        for (int i = 0; i < pipeline.Stages.Count; i++)
        {
            bool isLast = i == pipeline.Stages.Count - 1;
            MemoryStream output = isLast ? streams.Output : new MemoryStream();
            ShellContext stage = pipeline.Stages.Count == 1 ? context : context.Fork();
            status = Contained(stage, pipeline.Stages[i], streams with { Input = input, Output = output });
            longest = stage.Elapsed > longest ? stage.Elapsed : longest;
            input = new ShellInput(isLast ? [] : output.ToArray());
        }

        context.Elapsed = longest;
        return pipeline.IsNegated ? status == 0 ? 1 : 0 : status;
    }

    /// <summary>Runs what may leave its own shell only.</summary>
    private static int Contained(ShellContext context, ShellNode node, ShellStreams streams)
    {
        try
        {
            return Execute(context, node, streams);
        }
        catch (ShellExit exit) when (exit is { Signal: null, IsEndless: false })
        {
            return exit.Code;
        }
    }

    private static int Group(ShellContext context, ShellGroup group, ShellStreams streams)
    {
        ShellContext inner = group.IsSubshell ? context.Fork() : context;
        int status = Redirected(inner, group.Redirections, streams, opened => group.IsSubshell ? Contained(inner, group.Body, opened) : Execute(inner, group.Body, opened));
        context.Elapsed = inner.Elapsed;
        return status;
    }

    private static int Loop(ShellContext context, ShellLoop loop, ShellStreams streams)
    {
        int status = 0;
        while (Condition(context, loop.Condition, streams) == 0 != loop.IsUntil)
        {
            status = Execute(context, loop.Body, streams);
        }

        return status;
    }

    private static int For(ShellContext context, ShellFor loop, ShellStreams streams)
    {
        int status = 0;
        foreach (string word in Fields(context, loop.Words, streams))
        {
            context.Variables[loop.Name] = word;
            status = Execute(context, loop.Body, streams);
        }

        return status;
    }

    private static ShellExpander Expander(ShellContext context, ShellStreams streams) => new(context, script =>
    {
        MemoryStream output = new();
        ShellContext inner = context.Fork();
        try
        {
            context.LastStatus = Run(inner, script, streams with { Output = output });
        }
        catch (ShellExit exit) when (exit is { Signal: null, IsEndless: false })
        {
            context.LastStatus = exit.Code;
        }

        context.Elapsed = inner.Elapsed;
        return Encoding.UTF8.GetString(output.ToArray()).TrimEnd('\n');
    });

    private static List<string> Fields(ShellContext context, IReadOnlyList<string> words, ShellStreams streams)
    {
        ShellExpander expander = Expander(context, streams);
        return [.. words.SelectMany(expander.Fields)];
    }

    private static int Command(ShellContext context, ShellCommand command, ShellStreams streams)
    {
        context.LastStatus = command.Words.Count == 0 ? 0 : context.LastStatus;
        List<string> words = Fields(context, command.Words, streams);
        ShellExpander expander = Expander(context, streams);
        (string Name, string Value)[] assigned =
        [
            .. command.Assignments.Select(text => (text[..text.IndexOf('=', StringComparison.Ordinal)], expander.Text(text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..]))),
        ];
        if (words.Count == 0)
        {
            foreach ((string name, string value) in assigned)
            {
                context.Variables[name] = value;
            }

            return Redirected(context, command.Redirections, streams, _ => context.LastStatus);
        }

        // What is assigned before a program holds for the program only.
        ShellContext used = assigned.Length == 0 ? context : context.Fork();
        foreach ((string name, string value) in assigned)
        {
            used.Variables[name] = value;
            used.Exported.Add(name);
        }

        int status = Redirected(used, command.Redirections, streams, opened => Start(used, words, opened));
        context.Elapsed = used.Elapsed;
        return status;
    }

    private static int Start(ShellContext context, List<string> words, ShellStreams streams)
    {
        if (GuestPrograms.Find(words[0]) is { } program)
        {
            return program(context, [.. words.Skip(1)], streams);
        }

        streams.WriteError(context.IsBash ? $"{context.ScriptName}: line 1: {words[0]}: command not found\n" : $"{context.ScriptName}: 1: {words[0]}: not found\n");
        return NotFound;
    }

    private static int Redirected(ShellContext context, IReadOnlyList<ShellRedirection> redirections, ShellStreams streams, Func<ShellStreams, int> run)
    {
        if (redirections.Count == 0)
        {
            return run(streams);
        }

        ShellStreams opened = streams;
        List<(string Path, MemoryStream Content, bool Appends)> files = [];
        foreach (ShellRedirection redirection in redirections)
        {
            string target = Expander(context, streams).Text(redirection.Target);
            if (redirection.Operator == "<")
            {
                if (context.Guest.Inside.Read(context.Guest, context.Full(target), context.Now) is not { } content)
                {
                    streams.WriteError($"{context.ScriptName}: 1: cannot open {target}: No such file\n");
                    return 2;
                }

                opened = opened with { Input = new ShellInput(content) };
                continue;
            }

            MemoryStream? to = redirection.Operator == ">&" ? Known(opened, target) : Open(context, target, redirection.Operator == ">>", files);
            if (to is null)
            {
                streams.WriteError($"{context.ScriptName}: 1: cannot create {target}: Directory nonexistent\n");
                return 2;
            }

            opened = redirection.Stream == 2 ? opened with { Errors = to } : opened with { Output = to };
        }

        int status = run(opened);
        foreach ((string path, MemoryStream content, bool appends) in files)
        {
            context.Guest.Inside.Write(context.Guest, path, content.ToArray(), appends, context.Started, context.Now);
        }

        return status;
    }

    private static MemoryStream Known(ShellStreams streams, string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int stream) && stream == 2 ? streams.Errors : streams.Output;

    private static MemoryStream? Open(ShellContext context, string target, bool appends, List<(string Path, MemoryStream Content, bool Appends)> files)
    {
        string path = context.Full(target);
        MemoryStream content = new();
        if (path is "/dev/null")
        {
            return content;
        }

        if (!context.Guest.Inside.HasFolderOf(path) || context.Guest.Inside.IsFolder(path))
        {
            return null;
        }

        files.Add((path, content, appends));
        return content;
    }
}
