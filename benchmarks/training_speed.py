"""How quick a training step is, each way in a process of its own, as a ratio to the plain eager loop."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from fer_desktop.core.models.network import build_model
from trainer.config import TrainConfig
from trainer.learning.depthwise import use_quick_gradients, weight_gradient
from trainer.learning.optimisation import create_optimiser, take_step
from trainer.process import keep_freed_memory
from trainer.process.distributed import Processes


@dataclasses.dataclass(frozen=True)
class Way:
    """One way to do the same step. processes: each with threads / processes threads."""

    quick: bool = False
    keeps: bool = False
    channels_last: bool = True
    fused: bool = True
    bfloat16: bool = False
    compiled: bool = False
    batch_size: int = 64
    processes: int = 1


PLAIN = Way()
OURS = Way(quick=True, keeps=True)
WAYS = {
    "plain eager loop: channels last, fused AdamW": PLAIN,
    "channels first": Way(channels_last=False),
    "AdamW not fused": Way(fused=False),
    "quick weight gradients": Way(quick=True),
    "freed memory kept": Way(keeps=True),
    "both": OURS,
    "both, bfloat16": dataclasses.replace(OURS, bfloat16=True),
    "both, batches of 32": dataclasses.replace(OURS, batch_size=32),
    "both, batches of 128": dataclasses.replace(OURS, batch_size=128),
    "plain, two processes": Way(processes=2, batch_size=128),
    "both, two processes": dataclasses.replace(OURS, processes=2, batch_size=128),
}
COMPILED = {"torch.compile": Way(compiled=True)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", default="efficientnet_b0")
    parser.add_argument("--input-size", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=6, help="measured for each way")
    parser.add_argument("--compile", action="store_true", help="torch.compile too; takes minutes")
    parser.add_argument("--layers", action="store_true", help="the depthwise layers one by one instead")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        rate = measure(Way(**json.loads(options.way)), options)
        if Processes.of_environment().leads:
            print(f"rate {rate}", flush=True)
    elif options.layers:
        print_layers(options.architecture, options.input_size)
    else:
        print_ways({**WAYS, **(COMPILED if options.compile else {})}, options)


def print_ways(ways: dict[str, Way], options: argparse.Namespace) -> None:
    cores = os.cpu_count() or 1
    print(f"{options.architecture}, {options.input_size} px, {cores} threads, torch {torch.__version__}\n")
    print("| way | images/s | ratio |\n| --- | ---: | ---: |")
    rates: dict[str, float] = {}
    for name, way in ways.items():
        threads = max(1, cores // way.processes)
        launcher = [sys.executable, "-m"]
        if way.processes > 1:
            launcher += ["torch.distributed.run", "--standalone", f"--nproc-per-node={way.processes}", "-m"]
        command = [*launcher, "benchmarks.training_speed", "--way", json.dumps(dataclasses.asdict(way))]
        command += [f"--architecture={options.architecture}", f"--input-size={options.input_size}"]
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "PASSIVE"}
        done = subprocess.run(
            [*command, f"--seconds={options.seconds}"], env=environment, text=True, capture_output=True
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith("rate ")]
        if not lines:
            print(
                f"| {name} | failed: {(done.stderr.strip() or 'no output').splitlines()[-1]} | |", flush=True
            )
            continue
        rates[name] = float(lines[-1].split()[1])
        print(f"| {name} | {rates[name]:.0f} | {rates[name] / next(iter(rates.values())):.2f} |", flush=True)


def measure(way: Way, options: argparse.Namespace) -> float:
    """Images a second of all processes together, over whole steps of the trainer on random pictures."""
    if way.keeps:
        keep_freed_memory()
    processes, device = Processes.of_environment(), torch.device("cpu")
    config = TrainConfig(architecture=options.architecture, batch_size=way.batch_size)
    with processes.joined(device):
        torch.manual_seed(0)
        network = build_model(options.architecture, drop_rate=0.2, drop_path_rate=0.1).train()
        if way.channels_last:
            network = network.to(memory_format=torch.channels_last)
        if way.quick:
            use_quick_gradients(network)
        optimiser = create_optimiser(network, config, device)
        if not way.fused:
            optimiser = torch.optim.AdamW(optimiser.param_groups, lr=config.learning_rate)
        shared = processes.share(network, device)
        forward: Callable[..., Any] = torch.compile(shared) if way.compiled else shared
        rows = way.batch_size // processes.count
        inputs = torch.randn(rows, 1, options.input_size, options.input_size)
        targets = torch.full((rows, 7), 1 / 7)

        def step() -> float:
            with torch.autocast("cpu", torch.bfloat16, enabled=way.bfloat16):
                loss = take_step(forward, network, optimiser, inputs, targets, 1e-3, config)
            return processes.agree(loss, False)[0]

        for _ in range(3):
            step()
        seconds = torch.tensor(_seconds_of(step))
        # The same number of steps in all processes.
        steps = max(3, round(options.seconds / processes.agree(seconds, False)[0]))
        start = time.perf_counter()
        for _ in range(steps):
            step()
        return way.batch_size * steps / (time.perf_counter() - start)


def _seconds_of(step: Callable[[], Any]) -> float:
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def print_layers(architecture: str, input_size: int, batch_size: int = 64) -> None:
    """Milliseconds of each depthwise layer, forward and its two gradients, stock and ours."""
    shapes: list[tuple[nn.Conv2d, torch.Size]] = []
    hooks = []

    def note(layer: Any, given: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        shapes.append((layer, given[0].shape))

    network = build_model(architecture).eval()
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module.groups == module.in_channels > 1:
            hook = module.register_forward_hook(
                lambda layer, given, _: shapes.append((layer, given[0].shape))
            )
            hooks.append(hook)
    with torch.inference_mode():
        network(torch.zeros(batch_size, 1, input_size, input_size))
    for hook in hooks:
        hook.remove()
    print(
        f"{architecture}, {input_size} px, batches of {batch_size}, {torch.get_num_threads()} thread(s), ms\n"
    )
    print("| channels | map | kernel | stride | forward | of input | of weight, oneDNN | ours | ratio |")
    print(f"|{' ---: |' * 9}")
    totals = np.zeros(4)
    for layer, shape in shapes:
        times = layer_times(layer, torch.randn(shape).contiguous(memory_format=torch.channels_last))
        totals += times
        values = " | ".join(f"{value:.2f}" for value in times)
        name = f"{layer.in_channels} | {shape[2]} | {layer.kernel_size[0]} | {layer.stride[0]}"
        print(f"| {name} | {values} | {times[2] / times[3]:.1f} |", flush=True)
    values = " | ".join(f"{value:.1f}" for value in totals)
    print(f"| all | | | | {values} | {totals[2] / totals[3]:.1f} |")


def layer_times(layer: nn.Conv2d, inputs: torch.Tensor) -> list[float]:
    """Milliseconds forward, of the input's gradient, and of the weight's: stock and ours."""
    gradient = torch.randn_like(layer(inputs).detach()).contiguous(memory_format=torch.channels_last)
    return [
        _best(lambda: layer(inputs)),
        _best(lambda: _stock(layer, inputs, gradient, (True, False, False))),
        _best(lambda: _stock(layer, inputs, gradient, (False, True, False))),
        _best(lambda: weight_gradient(inputs, gradient, layer.weight.shape, layer.stride, layer.padding)),
    ]


def _stock(layer: nn.Conv2d, inputs: torch.Tensor, gradient: torch.Tensor, wanted: tuple[bool, ...]) -> Any:
    return torch.ops.aten.convolution_backward(
        gradient, inputs, layer.weight, None, layer.stride, layer.padding, (1, 1), False, (0, 0),
        layer.groups, wanted,
    )  # fmt: skip


def _best(work: Callable[[], Any], rounds: int = 5) -> float:
    """Milliseconds of the quickest of some rounds, after one that does not count."""
    with torch.no_grad():
        return 1000 * min([_seconds_of(work) for _ in range(rounds + 1)][1:])


if __name__ == "__main__":
    main()
