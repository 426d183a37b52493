namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>Programs that work on files and folders.</summary>
internal static class GuestFilePrograms
{
    public static void AddTo(Dictionary<string, GuestProgram> programs)
    {
        programs["cat"] = Cat;
        programs["tee"] = Tee;
        programs["ls"] = List;
        programs["mkdir"] = MakeFolders;
        programs["rm"] = Remove;
        programs["touch"] = Touch;
        programs["cp"] = static (context, arguments, streams) => Copy(context, arguments, streams, moves: false);
        programs["mv"] = static (context, arguments, streams) => Copy(context, arguments, streams, moves: true);
        programs["chmod"] = static (context, arguments, streams) => DemandAll(context, "chmod", Plain(arguments).Skip(1), streams);
        programs["chown"] = static (context, arguments, streams) => DemandAll(context, "chown", Plain(arguments).Skip(1), streams);
    }

    /// <summary>The content of all files, or of the input if none are named; complaints go to the errors.</summary>
    public static (byte[] Content, int Status) ReadFiles(ShellContext context, string program, IReadOnlyList<string> files, ShellStreams streams)
    {
        if (files.Count == 0)
        {
            return (streams.Input.ReadAll(), 0);
        }

        using MemoryStream content = new();
        int status = 0;
        foreach (string file in files)
        {
            if (file == "-")
            {
                content.Write(streams.Input.ReadAll());
            }
            else if (context.Guest.Inside.Read(context.Guest, context.Full(file), context.Now) is { } bytes)
            {
                content.Write(bytes);
            }
            else
            {
                status = GuestPrograms.Fail(streams, context.Guest.Inside.IsFolder(context.Full(file)) ? $"{program}: {file}: Is a directory\n" : $"{program}: {file}: No such file or directory\n");
            }
        }

        return (content.ToArray(), status);
    }

    /// <summary>The arguments that are no options.</summary>
    public static string[] Plain(string[] arguments) => [.. arguments.Where(static argument => argument is "-" || !argument.StartsWith('-'))];

    private static bool Has(string[] arguments, char option) => arguments.Any(argument => argument.Length > 1 && argument[0] == '-' && argument.Contains(option, StringComparison.Ordinal));

    private static int Cat(ShellContext context, string[] arguments, ShellStreams streams)
    {
        (byte[] content, int status) = ReadFiles(context, "cat", Plain(arguments), streams);
        streams.Output.Write(content);
        return status;
    }

    private static int Tee(ShellContext context, string[] arguments, ShellStreams streams)
    {
        byte[] content = streams.Input.ReadAll();
        streams.Output.Write(content);
        int status = 0;
        foreach (string file in Plain(arguments))
        {
            string path = context.Full(file);
            if (context.Guest.Inside.HasFolderOf(path))
            {
                context.Guest.Inside.Write(context.Guest, path, content, Has(arguments, 'a'), context.Started, context.Now);
            }
            else
            {
                status = GuestPrograms.Fail(streams, $"tee: {file}: No such file or directory\n");
            }
        }

        return status;
    }

    private static int List(ShellContext context, string[] arguments, ShellStreams streams)
    {
        string[] paths = Plain(arguments) is { Length: > 0 } given ? given : [context.Folder];
        int status = 0;
        foreach (string path in paths)
        {
            string full = context.Full(path);
            if (context.Guest.Inside.IsFolder(full))
            {
                streams.Write(string.Concat(context.Guest.Inside.NamesIn(full, context.Now).Select(static name => name + "\n")));
            }
            else if (context.Guest.Inside.Read(context.Guest, full, context.Now) is not null)
            {
                streams.Write(path + "\n");
            }
            else
            {
                status = GuestPrograms.Fail(streams, $"ls: cannot access '{path}': No such file or directory\n", 2);
            }
        }

        return status;
    }

    private static int MakeFolders(ShellContext context, string[] arguments, ShellStreams streams)
    {
        int status = 0;
        foreach (string folder in Plain(arguments))
        {
            string path = context.Full(folder);
            bool all = Has(arguments, 'p');
            if (!all && (context.Guest.Inside.IsFolder(path) || context.Guest.Inside.Read(context.Guest, path, context.Now) is not null))
            {
                status = GuestPrograms.Fail(streams, $"mkdir: cannot create directory '{folder}': File exists\n");
            }
            else if (!all && !context.Guest.Inside.HasFolderOf(path))
            {
                status = GuestPrograms.Fail(streams, $"mkdir: cannot create directory '{folder}': No such file or directory\n");
            }
            else
            {
                context.Guest.Inside.AddFolder(path);
            }
        }

        return status;
    }

    private static int Remove(ShellContext context, string[] arguments, ShellStreams streams)
    {
        int status = 0;
        foreach (string file in Plain(arguments))
        {
            string path = context.Full(file);
            bool isFolder = context.Guest.Inside.IsFolder(path);
            if (isFolder && !Has(arguments, 'r') && !Has(arguments, 'R'))
            {
                status = GuestPrograms.Fail(streams, $"rm: cannot remove '{file}': Is a directory\n");
            }
            else if (!context.Guest.Inside.Remove(context.Guest, path, context.Started, context.Now) && !isFolder && !Has(arguments, 'f'))
            {
                status = GuestPrograms.Fail(streams, $"rm: cannot remove '{file}': No such file or directory\n");
            }
        }

        return status;
    }

    private static int Touch(ShellContext context, string[] arguments, ShellStreams streams)
    {
        int status = 0;
        foreach (string file in Plain(arguments))
        {
            string path = context.Full(file);
            if (!context.Guest.Inside.HasFolderOf(path))
            {
                status = GuestPrograms.Fail(streams, $"touch: cannot touch '{file}': No such file or directory\n");
            }
            else if (!context.Guest.Inside.IsFolder(path))
            {
                context.Guest.Inside.Write(context.Guest, path, [], appends: true, context.Started, context.Now);
            }
        }

        return status;
    }

    private static int Copy(ShellContext context, string[] arguments, ShellStreams streams, bool moves)
    {
        string program = moves ? "mv" : "cp";
        string[] paths = Plain(arguments);
        if (paths.Length < 2)
        {
            return GuestPrograms.Fail(streams, $"{program}: missing file operand\n");
        }

        int status = 0;
        GuestInside inside = context.Guest.Inside;
        foreach (string file in paths[..^1])
        {
            string from = context.Full(file);
            string to = context.Full(paths[^1]);
            to = inside.IsFolder(to) ? GuestInside.Normalize($"{to}/{from[(from.LastIndexOf('/') + 1)..]}") : to;
            if (inside.Read(context.Guest, from, context.Now) is not { } content)
            {
                status = GuestPrograms.Fail(streams, $"{program}: cannot stat '{file}': No such file or directory\n");
            }
            else if (!inside.HasFolderOf(to))
            {
                status = GuestPrograms.Fail(streams, $"{program}: cannot create regular file '{paths[^1]}': No such file or directory\n");
            }
            else
            {
                inside.Write(context.Guest, to, content, appends: false, context.Started, context.Now);
                _ = moves && inside.Remove(context.Guest, from, context.Started, context.Now);
            }
        }

        return status;
    }

    private static int DemandAll(ShellContext context, string program, IEnumerable<string> files, ShellStreams streams)
    {
        int status = 0;
        foreach (string file in files.Where(file => !context.Guest.Inside.IsFolder(context.Full(file)) && context.Guest.Inside.Read(context.Guest, context.Full(file), context.Now) is null))
        {
            status = GuestPrograms.Fail(streams, $"{program}: cannot access '{file}': No such file or directory\n");
        }

        return status;
    }
}
