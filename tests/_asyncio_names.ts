/** The 95 names of `asyncio.__all__` in CPython 3.14, on a POSIX system. */
export const NAMES: readonly string[] = words(`
  ALL_COMPLETED AbstractEventLoop AbstractServer Barrier BaseEventLoop
  BaseProtocol BaseTransport BoundedSemaphore BrokenBarrierError
  BufferedProtocol CancelledError Condition DatagramProtocol
  DatagramTransport Event EventLoop FIRST_COMPLETED FIRST_EXCEPTION
  FrameCallGraphEntry Future FutureCallGraph Handle IncompleteReadError
  InvalidStateError LifoQueue LimitOverrunError Lock PriorityQueue
  Protocol Queue QueueEmpty QueueFull QueueShutDown ReadTransport Runner
  SelectorEventLoop Semaphore SendfileNotAvailableError Server
  StreamReader StreamReaderProtocol StreamWriter SubprocessProtocol
  SubprocessTransport Task TaskGroup Timeout TimeoutError TimerHandle
  Transport WriteTransport _enter_task _get_running_loop _leave_task
  _register_task _set_running_loop _unregister_task all_tasks as_completed
  capture_call_graph create_eager_task_factory create_subprocess_exec
  create_subprocess_shell create_task current_task eager_task_factory
  ensure_future format_call_graph future_add_to_awaited_by
  future_discard_from_awaited_by gather get_event_loop
  get_event_loop_policy get_running_loop iscoroutine iscoroutinefunction
  isfuture new_event_loop open_connection open_unix_connection
  print_call_graph run run_coroutine_threadsafe set_event_loop
  set_event_loop_policy shield sleep start_server start_unix_server
  timeout timeout_at to_thread wait wait_for wrap_future
`);

/** The public members of its classes, inherited ones included. */
export const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  AbstractEventLoop: words(`
    add_reader add_signal_handler add_writer call_at
    call_exception_handler call_later call_soon call_soon_threadsafe
    close connect_accepted_socket connect_read_pipe connect_write_pipe
    create_connection create_datagram_endpoint create_future
    create_server create_task create_unix_connection create_unix_server
    default_exception_handler get_debug get_exception_handler
    get_task_factory getaddrinfo getnameinfo is_closed is_running
    remove_reader remove_signal_handler remove_writer run_forever
    run_in_executor run_until_complete sendfile set_debug
    set_default_executor set_exception_handler set_task_factory
    shutdown_asyncgens shutdown_default_executor slow_callback_duration
    sock_accept sock_connect sock_recv sock_recv_into sock_recvfrom
    sock_recvfrom_into sock_sendall sock_sendfile sock_sendto start_tls
    stop subprocess_exec subprocess_shell time
  `),
  AbstractServer: words(`
    abort_clients close close_clients get_loop is_serving serve_forever
    start_serving wait_closed
  `),
  Barrier: words(`
    abort broken n_waiting parties reset wait
  `),
  BaseProtocol: words(`
    connection_lost connection_made pause_writing resume_writing
  `),
  BaseTransport: words(`
    close get_extra_info get_protocol is_closing set_protocol
  `),
  BoundedSemaphore: words(`
    acquire locked release
  `),
  BufferedProtocol: words(`
    buffer_updated connection_lost connection_made eof_received
    get_buffer pause_writing resume_writing
  `),
  Condition: words(`
    acquire locked notify notify_all release wait wait_for
  `),
  DatagramProtocol: words(`
    connection_lost connection_made datagram_received error_received
    pause_writing resume_writing
  `),
  DatagramTransport: words(`
    abort close get_extra_info get_protocol is_closing sendto
    set_protocol
  `),
  Event: words(`
    clear is_set set wait
  `),
  Future: words(`
    add_done_callback cancel cancelled done exception get_loop
    remove_done_callback result set_exception set_result
  `),
  Handle: words(`
    cancel cancelled get_context
  `),
  IncompleteReadError: words(`
    expected partial
  `),
  LifoQueue: words(`
    empty full get get_nowait join maxsize put put_nowait qsize shutdown
    task_done
  `),
  LimitOverrunError: words(`
    consumed
  `),
  Lock: words(`
    acquire locked release
  `),
  PriorityQueue: words(`
    empty full get get_nowait join maxsize put put_nowait qsize shutdown
    task_done
  `),
  Protocol: words(`
    connection_lost connection_made data_received eof_received
    pause_writing resume_writing
  `),
  Queue: words(`
    empty full get get_nowait join maxsize put put_nowait qsize shutdown
    task_done
  `),
  ReadTransport: words(`
    close get_extra_info get_protocol is_closing is_reading
    pause_reading resume_reading set_protocol
  `),
  Runner: words(`
    close get_loop run
  `),
  Semaphore: words(`
    acquire locked release
  `),
  Server: words(`
    abort_clients close close_clients get_loop is_serving serve_forever
    sockets start_serving wait_closed
  `),
  StreamReader: words(`
    at_eof exception feed_data feed_eof read readexactly readline
    readuntil set_exception set_transport
  `),
  StreamReaderProtocol: words(`
    connection_lost connection_made data_received eof_received
    pause_writing resume_writing
  `),
  StreamWriter: words(`
    can_write_eof close drain get_extra_info is_closing start_tls
    transport wait_closed write write_eof writelines
  `),
  SubprocessProtocol: words(`
    connection_lost connection_made pause_writing pipe_connection_lost
    pipe_data_received process_exited resume_writing
  `),
  SubprocessTransport: words(`
    close get_extra_info get_pid get_pipe_transport get_protocol
    get_returncode is_closing kill send_signal set_protocol terminate
  `),
  Task: words(`
    add_done_callback cancel cancelled cancelling done exception
    get_context get_coro get_loop get_name get_stack print_stack
    remove_done_callback result set_exception set_name set_result
    uncancel
  `),
  TaskGroup: words(`
    create_task
  `),
  Timeout: words(`
    expired reschedule when
  `),
  TimerHandle: words(`
    cancel cancelled get_context when
  `),
  Transport: words(`
    abort can_write_eof close get_extra_info get_protocol
    get_write_buffer_limits get_write_buffer_size is_closing is_reading
    pause_reading resume_reading set_protocol set_write_buffer_limits
    write write_eof writelines
  `),
  WriteTransport: words(`
    abort can_write_eof close get_extra_info get_protocol
    get_write_buffer_limits get_write_buffer_size is_closing
    set_protocol set_write_buffer_limits write write_eof writelines
  `),
};

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
